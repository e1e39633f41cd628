"""The Web API, called with Slack's own client."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.faults import Fault
from sandbox.server import Sandbox
from sandbox.slack import http
from sandbox.slack.limits import SlackLimits
from sandbox.slack.members import Member
from sandbox.slack.methods import HANDLERS
from sandbox.slack.signatures import METHODS
from sandbox.slack.world import Workspace

from sandbox_client import Clock, until  # isort: skip

BLOCKS: list[dict[str, Any]] = [{"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "*Hello* you"}}]
HOME = {"type": "home", "blocks": BLOCKS}


async def refused(call: Any) -> dict[str, Any]:
    """What Slack's client was told instead of an answer."""
    with pytest.raises(SlackApiError) as fault:
        await call
    data = fault.value.response.data
    assert isinstance(data, dict)
    return data


async def error(call: Any) -> str:
    return str((await refused(call))["error"])


async def test_who_is_who(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """The app learns about itself, its team and the people, in their locale if it asks."""
    me = await slack.auth_test()
    assert (me["team_id"], me["user_id"], me["bot_id"]) == (workspace.team_id, workspace.bot_user_id, workspace.bot_id)
    assert "chat:write" in me.headers["X-OAuth-Scopes"]
    assert (await slack.bots_info(bot=me["bot_id"]))["bot"]["app_id"] == workspace.app_id
    assert (await slack.team_info())["team"]["id"] == workspace.team_id
    user = (await slack.users_info(user=eva.id, include_locale=True))["user"]
    assert (user["locale"], user["tz"], user["is_bot"]) == ("de-DE", "Europe/Berlin", False)
    assert user["tz_offset"] in (3600, 7200)
    assert "locale" not in (await slack.users_info(user=eva.id))["user"]
    assert (await slack.users_info(user=me["user_id"]))["user"]["is_bot"] is True
    listed = await slack.users_list(limit=1)
    assert [one["id"] for one in listed["members"]] == [eva.id]
    rest = await slack.users_list(limit=1, cursor=listed["response_metadata"]["next_cursor"])
    assert (rest["members"][0]["id"], rest["response_metadata"]["next_cursor"]) == (me["user_id"], "")
    assert await error(slack.users_info(user="U404")) == "user_not_found"


async def test_a_message_to_a_user_goes_to_the_dm(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """chat.postMessage takes a user's id; the answer names the DM, and the person reads what was sent."""
    sent = await slack.chat_postMessage(channel=eva.id, text="Hello you", blocks=BLOCKS)
    assert (sent["channel"], sent["message"]["bot_id"]) == (workspace.im(eva), workspace.bot_id)
    (message,) = workspace.messages(eva)
    assert (message.ts, message.plain(), message.strong()) == (sent["ts"], "Hello you", ["Hello"])
    assert message.from_app
    opened = await slack.conversations_open(users=[eva.id], return_im=True)
    assert (opened["channel"]["id"], opened["channel"]["user"]) == (sent["channel"], eva.id)
    link = await slack.chat_getPermalink(channel=sent["channel"], message_ts=sent["ts"])
    assert link["permalink"].endswith(f"/archives/{sent['channel']}/p{sent['ts'].replace('.', '')}")


@pytest.mark.filterwarnings("ignore:The top-level `text`")
async def test_update_and_delete(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """An own message is changed in place, by a text without blocks too, and deleted; nobody else's is."""
    sent = await slack.chat_postMessage(channel=eva.id, text="one", blocks=BLOCKS)
    where = {"channel": sent["channel"], "ts": sent["ts"]}
    updated = await slack.chat_update(**where, text="two &amp; more")
    assert "blocks" not in updated["message"]
    (message,) = workspace.messages(eva)
    assert (message.plain(), message.edited_at is not None) == ("two & more", True)
    assert await error(slack.chat_update(**where, text=" ")) == "no_text"
    assert await error(slack.chat_update(channel=eva.id, ts=sent["ts"], text="x")) == "channel_not_found"
    await slack.chat_delete(**where)
    assert workspace.messages(eva) == []
    assert await error(slack.chat_update(**where, text="x")) == "message_not_found"
    workspace.write(eva, "mine")
    mine = {"channel": sent["channel"], "ts": workspace.messages(eva)[0].ts}
    assert await error(slack.chat_update(**mine, text="x")) == "cant_update_message"
    assert await error(slack.chat_delete(**mine)) == "cant_delete_message"


async def test_ephemeral(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """An ephemeral message is seen by one person and cannot be updated."""
    channel = workspace.add_channel("general", [eva, workspace.add_person("Bo")])
    sent = await slack.chat_postEphemeral(channel=channel.id, user=eva.id, text="only you")
    assert [one.ephemeral for one in workspace.messages(eva, channel)] == [True]
    assert workspace.messages("U00000002", channel) == []
    assert await error(slack.chat_update(channel=channel.id, ts=sent["message_ts"], text="x")) == "message_not_found"
    assert await error(slack.chat_postEphemeral(channel=channel.id, user="U9", text="x")) == "user_not_in_channel"


@pytest.mark.filterwarnings("ignore:The top-level `text`")
async def test_refused_messages(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """What cannot be posted is refused in Slack's words, with the place of what is wrong, and changes nothing."""
    assert await error(slack.chat_postMessage(channel=eva.id, text=" ")) == "no_text"
    assert await error(slack.chat_postMessage(channel=eva.id, text="x" * 40_001)) == "msg_too_long"
    assert await error(slack.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
    assert await error(slack.chat_postMessage(channel=eva.id, text="x", thread_ts="1.2")) == "thread_not_found"
    told = await refused(slack.chat_postMessage(channel=eva.id, text="x", blocks=[{"type": "divider", "x": 1}]))
    problem = "invalid additional property: x [json-pointer:/blocks/0]"
    assert told == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [problem],
        "response_metadata": {"messages": [f"[ERROR] {problem}"]},
    }
    assert workspace.messages(eva) == []
    assert [(call.method, call.ok, call.status) for call in workspace.calls] == [("chat.postMessage", False, 200)] * 5


async def test_parameters_are_checked(slack: AsyncWebClient, sandbox: Sandbox, eva: Member) -> None:
    """Unknown, missing and mistyped parameters are named; JSON and forms are read alike."""
    told = await refused(slack.api_call("chat.postMessage", json={"chanel": "x", "text": "x"}))
    assert told["response_metadata"]["messages"] == [
        "[ERROR] unknown parameter: chanel; the sandbox serves channel, text, blocks, thread_ts, mrkdwn, parse,"
        " link_names, username, icon_emoji, icon_url, metadata, reply_broadcast, unfurl_links, unfurl_media",
        "[ERROR] missing required field: channel",
    ]
    told = await refused(slack.api_call("users.list", params={"limit": "x"}))
    assert told["response_metadata"]["messages"] == ["[ERROR] must provide a number [json-pointer:/limit]"]
    assert await error(slack.api_call("chat.unfurl")) == "unknown_method"
    form = {"token": sandbox.slack.bot_token, "channel": eva.id, "blocks": '[{"type":"divider"}]', "text": "x"}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{sandbox.slack_api_url}chat.postMessage", data=form) as answer:
            assert (await answer.json())["ok"] is True
        headers = {"Authorization": f"Bearer {sandbox.slack.bot_token}", "Content-Type": "application/json"}
        for body, word in ((b"{", "invalid_json"), (b"[]", "json_not_object")):
            async with session.post(f"{sandbox.slack_api_url}auth.test", data=body, headers=headers) as answer:
                assert (await answer.json())["error"] == word


async def test_tokens_and_scopes(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """Each token is good for its own methods, while the app is installed and has the scope."""
    nobody = AsyncWebClient("xoxb-wrong", base_url=slack.base_url)
    assert await error(nobody.auth_test()) == "invalid_auth"
    assert await error(AsyncWebClient(base_url=slack.base_url).auth_test()) == "not_authed"
    assert await error(slack.apps_connections_open(app_token=workspace.bot_token)) == "not_allowed_token_type"
    opened = await slack.apps_connections_open(app_token=workspace.app_token)
    assert opened["url"].startswith("ws://")
    workspace.scopes.remove("chat:write")
    told = await refused(slack.chat_postMessage(channel=eva.id, text="x"))
    assert (told["error"], told["needed"]) == ("missing_scope", "chat:write")
    workspace.installed = False
    assert await error(slack.auth_test()) == "account_inactive"


async def test_deactivated_people(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """Whoever is deactivated can be written to no more, until they are back."""
    sent = await slack.chat_postMessage(channel=eva.id, text="x")
    workspace.deactivate(eva)
    for target in (eva.id, sent["channel"]):
        assert await error(slack.chat_postMessage(channel=target, text="x")) == "channel_not_found"
    assert await error(slack.conversations_open(users=eva.id)) == "user_disabled"
    user = (await slack.users_info(user=eva.id, include_locale=True))["user"]
    assert (user["deleted"], "tz" in user) == (True, False)
    workspace.reactivate(eva)
    await slack.chat_postMessage(channel=eva.id, text="back")


async def test_channels(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """The app writes where it is a member, joins public channels, and does not see private ones it is not in."""
    open_one = workspace.add_channel("general", [eva], with_bot=False)
    hidden = workspace.add_channel("secret", [eva], with_bot=False, private=True)
    assert await error(slack.chat_postMessage(channel=open_one.id, text="x")) == "not_in_channel"
    assert await error(slack.conversations_info(channel=hidden.id)) == "channel_not_found"
    assert (await slack.conversations_join(channel=open_one.id))["channel"]["is_member"] is True
    first = await slack.chat_postMessage(channel="#general", text="one")
    second = await slack.chat_postMessage(channel=open_one.id, text="two", thread_ts=first["ts"])
    assert second["message"]["thread_ts"] == first["ts"]
    history = await slack.conversations_history(channel=open_one.id, limit=1)
    assert ([one["text"] for one in history["messages"]], history["has_more"]) == (["two"], True)
    older = await slack.conversations_history(channel=open_one.id, latest=first["ts"], inclusive=True)
    assert [one["text"] for one in older["messages"]] == ["one"]
    members = (await slack.conversations_members(channel=open_one.id))["members"]
    assert members == [eva.id, workspace.bot_user_id]
    listed = await slack.conversations_list(types="public_channel,private_channel,im")
    assert {one["id"] for one in listed["channels"]} == {open_one.id, workspace.im(eva)}
    info = await slack.conversations_info(channel=open_one.id, include_num_members=True)
    assert info["channel"]["num_members"] == 2
    open_one.archived = True
    assert await error(slack.chat_postMessage(channel=open_one.id, text="x")) == "is_archived"


async def test_refused_lookups(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """Conversations, people and pages that are not there are refused by name."""
    hidden = workspace.add_channel("secret", [eva], private=True)
    im = workspace.im(eva)
    assert (await slack.conversations_open(channel=im))["channel"]["id"] == im
    for call, word in (
        (slack.api_call("conversations.open"), "invalid_arguments"),
        (slack.conversations_open(users="U1,U2"), "method_not_supported_for_channel_type"),
        (slack.conversations_open(channel=hidden.id), "channel_not_found"),
        (slack.conversations_join(channel=hidden.id), "method_not_supported_for_channel_type"),
        (slack.conversations_list(types="x"), "invalid_types"),
        (slack.conversations_list(cursor="x"), "invalid_cursor"),
        (slack.conversations_list(limit=1001), "invalid_limit"),
        (slack.bots_info(bot="B1"), "bot_not_found"),
        (slack.team_info(team="T1"), "team_not_found"),
        (slack.files_info(file="F1"), "file_not_found"),
        (slack.files_getUploadURLExternal(filename="x", length=0), "invalid_arguments"),
        (slack.files_completeUploadExternal(files=[]), "invalid_arguments"),
        (slack.files_completeUploadExternal(files=[{"title": "x"}]), "invalid_arguments"),
    ):
        assert await error(call) == word
    assert (await slack.api_test())["ok"] is True


async def test_home(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """An App Home is published, and published anew only over the version that the app knows."""
    first = (await slack.views_publish(user_id=eva.id, view=HOME))["view"]
    home = workspace.home(eva)
    assert home is not None
    assert (home.id, home.kind, home.plain(), home.title) == (first["id"], "home", "Hello you", None)
    second = (await slack.views_publish(user_id=eva.id, view=HOME, hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    assert await error(slack.views_publish(user_id=eva.id, view=HOME, hash=first["hash"])) == "hash_conflict"
    assert await error(slack.views_publish(user_id="U404", view=HOME)) == "user_not_found"
    assert await error(slack.views_publish(user_id=eva.id, view={"type": "modal"})) == "invalid_arguments"


async def test_files(slack: AsyncWebClient, sandbox: Sandbox, eva: Member) -> None:
    """A file comes through Slack's own upload in two steps, and only the app can download it."""
    workspace = sandbox.slack
    done = await slack.files_upload_v2(
        channel=workspace.im(eva), content="a,b\n", filename="answers.csv", title="Answers", initial_comment="All of it"
    )
    (message,) = workspace.messages(eva)
    (file,) = message.files
    assert (file.id, file.name, file.content, message.text) == (
        done["file"]["id"],
        "answers.csv",
        b"a,b\n",
        "All of it",
    )
    about = (await slack.files_info(file=file.id))["file"]
    assert (about["size"], about["mimetype"], about["title"]) == (4, "text/csv", "Answers")
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {workspace.bot_token}"}
        async with session.get(about["url_private_download"], headers=headers) as answer:
            assert await answer.read() == b"a,b\n"
        async with session.get(about["url_private_download"]) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")
        begun = await slack.files_getUploadURLExternal(filename="x.txt", length=3)
        assert await error(slack.files_completeUploadExternal(files=[{"id": begun["file_id"]}])) == "file_not_found"
        async with session.post(begun["upload_url"], data=b"four") as answer:
            assert answer.status == 400
        form = aiohttp.FormData()
        form.add_field("file", b"abc", filename="x.txt")
        async with session.post(begun["upload_url"], data=form) as answer:
            assert (answer.status, await answer.text()) == (200, "OK - 3")
    kept = await slack.files_completeUploadExternal(files=[{"id": begun["file_id"], "title": "x"}])
    assert kept["files"] == [{"id": begun["file_id"], "title": "x"}]
    assert len(workspace.messages(eva)) == 1


@pytest.mark.parametrize(
    ("kind", "status", "word"), [("500", 500, "internal_error"), ("502", 502, "service_unavailable")]
)
async def test_planned_refusals(sandbox: Sandbox, slack: AsyncWebClient, kind: Any, status: int, word: str) -> None:
    """A failure on order has Slack's form, and its method alone is hit."""
    sandbox.slack.faults.add(Fault("auth.*", kind, times=1))
    with pytest.raises(SlackApiError) as fault:
        await slack.auth_test()
    assert (fault.value.response.status_code, fault.value.response["error"]) == (status, word)
    assert (await slack.auth_test())["ok"] is True


async def test_lost_answers(sandbox: Sandbox, slack: AsyncWebClient, eva: Member) -> None:
    """With `after_effect` a message stands there though its sender heard nothing."""
    sandbox.slack.faults.add(Fault("chat.postMessage", "reset", times=1, after_effect=True))
    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel=eva.id, text="x")
    assert len(sandbox.slack.messages(eva)) == 1
    sandbox.slack.faults.network_down(60)
    with pytest.raises(aiohttp.ClientError):
        await slack.auth_test()
    sandbox.slack.faults.clear()
    await slack.auth_test()


async def test_rate_limits_over_http(eva: Member) -> None:
    """Over a limit the answer is 429 with Retry-After, and the message is not there."""
    clock = Clock()
    async with Sandbox(slack_limits=SlackLimits(clock=clock)) as sandbox, aiohttp.ClientSession() as session:
        slack = AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url, session=session)
        bo = sandbox.slack.add_person("Bo")
        for _ in range(4):
            await slack.chat_postMessage(channel=bo.id, text="x")
        with pytest.raises(SlackApiError) as fault:
            await slack.chat_postMessage(channel=bo.id, text="x")
        response = fault.value.response
        assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")
        assert len(sandbox.slack.messages(bo)) == 4
        clock.now += 1
        await slack.chat_postMessage(channel=bo.id, text="x")


def test_every_signature_is_served() -> None:
    """Each method that is described is there, and the other way round."""
    assert http.SERVED
    assert set(METHODS) == set(HANDLERS)


async def test_news(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """Each change is counted and told, in order and with whose screen it is."""
    since, news = workspace.version, workspace.subscribe()
    sent = await slack.chat_postMessage(channel=eva.id, text="x")
    await slack.chat_update(channel=sent["channel"], ts=sent["ts"], text="y")
    await slack.views_publish(user_id=eva.id, view=HOME)
    await slack.chat_delete(channel=sent["channel"], ts=sent["ts"])
    await until(lambda: workspace.version >= since + 4)
    found = [await news.get(1) for _ in range(4)]
    assert [one.payload for one in found if one] == [
        {"user_id": eva.id, "what": what} for what in ("message", "edit", "home", "delete")
    ]
    news.close()
