#!/usr/bin/env node
// A plan without any StepUp library: the proto files and a gRPC client are all it needs.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const attempt = { step: process.env.STEPUP_STEP_I, number: process.env.STEPUP_JOB_I };
const director = connect(process.env.STEPUP_DIRECTOR_SOCKET);

try {
  const { matches } = await ask("Glob", { attempt, source: here(), pattern: "notes/*.txt" });
  const notes = matches.map((match) => match.path);
  await ask("Declare", {
    attempt,
    batch: 1,
    declarations: [
      { source: here(), static: { paths: notes } },
      {
        source: here(),
        step: {
          command: `cat ${notes.join(" ")} > all.txt`,
          inputs: notes,
          outputs: ["all.txt"],
          need: "NEED_DEFAULT",
          shell: true,
        },
      },
      {
        source: here(),
        step: {
          command: "wc -l < all.txt > count.txt",
          inputs: ["all.txt"],
          outputs: ["count.txt"],
          need: "NEED_DEFAULT",
          shell: true,
        },
      },
    ],
  });
} catch (refusal) {
  console.error(refusal.details ?? refusal);
  process.exitCode = 1;
} finally {
  director.close();
}

// Open a client on the Unix socket of the director.
function connect(socket) {
  const folder = process.env.STEPUP_PROTO_PATH ?? fileURLToPath(new URL("../../../proto", import.meta.url));
  const definition = protoLoader.loadSync("stepup_proto/v1/plan.proto", {
    includeDirs: [folder],
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
  });
  const { PlanService } = grpc.loadPackageDefinition(definition).stepup_proto.v1;
  return new PlanService(`unix:${socket}`, grpc.credentials.createInsecure());
}

// Make one call and wait for its answer.
function ask(method, request) {
  return new Promise((resolve, reject) => {
    director[method](request, shown(), (refusal, answer) => (refusal ? reject(refusal) : resolve(answer)));
  });
}

// Return what this step shows with each call. Its worker renews the file, so it is read each time.
function shown() {
  const metadata = new grpc.Metadata();
  metadata.set("stepup-token", readFileSync(process.env.STEPUP_TOKEN_FILE, "ascii"));
  return metadata;
}

// Tell the line of this plan that asks, so that an error can point at it.
function here() {
  const line = /:(\d+):\d+\)?$/.exec(new Error().stack.split("\n")[2]);
  return { file: "plan.mjs", line: line ? Number(line[1]) : 0 };
}
