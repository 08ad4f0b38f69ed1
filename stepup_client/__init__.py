"""What a plan imports: `from stepup_client.api import step, static`."""
