"""What both ends of a line must do in the same way, and that no message can say.

Small, without knowledge of any program, and free of gRPC: server, worker and client meet here and in `stepup_proto`.
"""
