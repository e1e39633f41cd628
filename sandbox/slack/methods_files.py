"""Methods about files: an upload in two steps, and what a file is."""

import mimetypes
from typing import Any

from sandbox.errors import Json
from sandbox.slack.errors import SlackError, invalid_arguments
from sandbox.slack.files import SlackFile
from sandbox.slack.methods import WebApi, method
from sandbox.slack.responding import content_of

UPLOADS = "/upload/v1"


@method("files.getUploadURLExternal")
def get_upload_url(api: WebApi, params: Json) -> Json:
    upload = api.world.files.begin(params["filename"], params["length"], params.get("alt_txt", ""))
    return {"upload_url": f"{api.world.base_url}{UPLOADS}/{upload.ticket}", "file_id": upload.file_id}


@method("files.completeUploadExternal")
def complete_upload(api: WebApi, params: Json) -> Json:
    wanted = [_wanted(entry, place) for place, entry in enumerate(params["files"])]
    if not wanted:
        raise invalid_arguments("no less than 1 items allowed [json-pointer:/files]")
    ids = [params["channel_id"]] if "channel_id" in params else params.get("channels", "").split(",")
    channels = [api.writable_channel(one) for one in ids if one]
    comment, blocks = params.get("initial_comment", ""), params.get("blocks", [])
    text, blocks = content_of({"text": comment, "blocks": blocks}) if comment or blocks else ("", [])
    files = [_finished(api, file_id, title) for file_id, title in wanted]
    for channel in channels:
        for file in files:
            file.channels.append(channel.id)
        api.world.say(channel, text, blocks, files=files, thread_ts=params.get("thread_ts"))
        for file in files:
            api.world.file_event(file, channel)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


@method("files.info")
def file_info(api: WebApi, params: Json) -> Json:
    file = api.world.files.get(params["file"])
    return {"file": file.to_json(api.world.base_url), "comments": [], "response_metadata": {"next_cursor": ""}}


def _wanted(entry: Any, place: int) -> tuple[str, str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise invalid_arguments(f"missing required field: id [json-pointer:/files/{place}]")
    return entry["id"], str(entry.get("title", ""))


def _finished(api: WebApi, file_id: str, title: str) -> SlackFile:
    upload = api.world.files.finish(file_id)
    if upload.content is None:
        raise SlackError("file_not_found")
    mimetype = mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
    user, created = api.world.bot_user_id, int(api.world.clock())
    file = SlackFile(file_id, upload.name, mimetype, upload.content, user, created, title or upload.name)
    file.alt_text = upload.alt_text
    return api.world.files.keep(file)
