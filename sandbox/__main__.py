"""`python -m sandbox`: the local Telegram and Slack alone, for trying a bot against them."""

import argparse
import asyncio
import contextlib
import sys

from sandbox.server import Sandbox


async def serve(port: int, token: str, slack_events: str | None) -> None:
    """Run the sandbox until it is interrupted; `slack_events` is where the local Slack posts while it has no socket."""
    async with Sandbox(port=port, token=token) as sandbox:
        sandbox.slack.request_url = slack_events
        sandbox.guide = ["Add a person, then write to the bot."]
        sandbox.slack_guide = ["Add a person, then write to the app."]
        sys.stdout.write(f"page:  {sandbox.url}/sandbox/\napi:   {sandbox.url}\ntoken: {sandbox.token}\n")
        slack = sandbox.slack
        sys.stdout.write(f"slack: {sandbox.slack_api_url}\nbot token: {slack.bot_token}\n")
        sys.stdout.write(f"app token: {slack.app_token}\nsigning secret: {slack.signing_secret}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--token", default="1000:sandbox-token", help="the bot's token (default: %(default)s)")
    parser.add_argument(
        "--slack-events",
        metavar="URL",
        help="where the local Slack posts events in HTTP mode (default: Socket Mode only)",
    )
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(serve(options.port, options.token, options.slack_events))
        except OSError as fault:
            sys.stderr.write(f"cannot listen on port {options.port}: {fault.strerror}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
