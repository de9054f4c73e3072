"""Every code with which Slack refuses to open a conversation, to post, to edit or to take a file, and what
follows from it.

From the error lists of chat.postMessage, chat.update, conversations.open, conversations.info,
files.getUploadURLExternal and files.completeUploadExternal. A code that is missing here ends only the message
that met it.
"""

from collections.abc import Mapping

from bot.core.domain.refusals import Refusal

# What only an administrator, or whoever runs Cairn, can set right is asked again this often until it is late.
PATIENCE = 300.0

_TOKEN = Refusal("token refused", ends="space")
_MOVING = Refusal("workspace moving", after=PATIENCE)
_RESTRICTED = Refusal("app restricted", after=PATIENCE)
_SCOPE = Refusal("app scope missing", after=PATIENCE, alone=True)
_CLOSED = Refusal("account closed", ends="member")
_DIRECT = Refusal("direct messages closed", ends="direct")
_GONE = Refusal("channel gone", ends="channel")
_OUTSIDE = Refusal("not in the channel", ends="channel")
_FORBIDDEN = Refusal("posting restricted", ends="channel")
_NO_TEXT = Refusal("no text channel", ends="channel")
_OURS = Refusal("message not taken")
_PICTURE = Refusal("picture not taken")

REFUSALS: Mapping[str, Refusal] = {
    "account_inactive": _TOKEN,
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "team_access_not_granted": _TOKEN,
    "token_expired": _TOKEN,
    "token_revoked": _TOKEN,
    "org_login_required": _MOVING,
    "team_added_to_org": _MOVING,
    "message_limit_exceeded": Refusal("message limit", after=PATIENCE),
    # Suspended, or shut out by network, by an administrator.
    "access_denied": _RESTRICTED,
    "accesslimited": _RESTRICTED,
    "app_access_restricted": _RESTRICTED,
    "ekm_access_denied": _RESTRICTED,
    "enterprise_is_restricted": _RESTRICTED,
    "team_not_found": _RESTRICTED,
    "two_factor_setup_required": _RESTRICTED,
    # The app's own settings: whoever runs Cairn pastes the manifest again.
    "as_user_not_supported": _SCOPE,
    "deprecated_endpoint": _SCOPE,
    "method_deprecated": _SCOPE,
    "missing_scope": _SCOPE,
    "not_allowed_token_type": _SCOPE,
    "unknown_method": _SCOPE,
    "messages_tab_disabled": Refusal("direct messages off", after=PATIENCE, alone=True),
    "user_disabled": _CLOSED,
    "user_not_found": _CLOSED,
    "user_not_visible": _CLOSED,
    "users_not_found": _CLOSED,
    "cannot_dm_bot": _DIRECT,
    "invalid_user_combination": _DIRECT,
    "channel_not_found": _GONE,
    "duplicate_channel_not_found": _GONE,
    "invalid_channel": _GONE,
    "is_archived": Refusal("channel archived", ends="channel"),
    "no_permission": _OUTSIDE,
    "not_in_channel": _OUTSIDE,
    "channel_is_limited_access": _FORBIDDEN,
    "posting_to_channel_denied": _FORBIDDEN,
    "posting_to_general_channel_denied": _FORBIDDEN,
    "restricted_action": _FORBIDDEN,
    "restricted_action_read_only_channel": _FORBIDDEN,
    "restricted_action_thread_only_channel": Refusal("threads only", ends="channel"),
    "restricted_action_non_threadable_channel": _FORBIDDEN,
    "cannot_reply_to_message": Refusal("thread locked", ends="channel"),
    "restricted_action_thread_locked": Refusal("thread locked", ends="channel"),
    "thread_locked": Refusal("thread locked", ends="channel"),
    "channel_type_not_supported": _NO_TEXT,
    "method_not_supported_for_channel_type": _NO_TEXT,
    "attachment_payload_limit_exceeded": _OURS,
    "block_mismatch": _OURS,
    "cant_update_message": _OURS,
    "duplicate_message_not_found": _OURS,
    "edit_window_closed": _OURS,
    "external_channel_migrating": Refusal("platform busy", after=60.0, alone=True),
    "invalid_arg_name": _OURS,
    "invalid_arguments": _OURS,
    "invalid_array_arg": _OURS,
    "invalid_attachments": _OURS,
    "invalid_blocks": _OURS,
    "invalid_blocks_format": _OURS,
    "invalid_charset": _OURS,
    "invalid_form_data": _OURS,
    "invalid_metadata_format": _OURS,
    "invalid_metadata_schema": _OURS,
    "invalid_post_type": _OURS,
    "markdown_text_conflict": _OURS,
    "message_not_found": _OURS,
    "metadata_must_be_sent_from_app": _OURS,
    "metadata_too_large": _OURS,
    "missing_post_type": _OURS,
    "msg_blocks_too_long": _OURS,
    "msg_too_long": _OURS,
    "no_text": _OURS,
    "not_enough_users": _OURS,
    "send_on_behalf_not_allowed": _OURS,
    "too_many_attachments": _OURS,
    "too_many_contact_cards": _OURS,
    "too_many_users": _OURS,
    "update_failed": Refusal("platform busy", after=60.0, alone=True),
    "users_list_not_supplied": _OURS,
    "file_not_found": _PICTURE,
    "file_update_failed": _PICTURE,
    "file_upload_size_restricted": _PICTURE,
    "file_uploads_disabled": _PICTURE,
    "file_uploads_except_images_disabled": _PICTURE,
    "missing_argument": _PICTURE,
    "missing_file_data": _PICTURE,
    "slack_connect_blocked_file_type": _PICTURE,
    "slack_connect_canvas_sharing_blocked": _PICTURE,
    "slack_connect_file_link_sharing_blocked": _PICTURE,
    "slack_connect_file_upload_sharing_blocked": _PICTURE,
    "slack_connect_lists_sharing_blocked": _PICTURE,
    "storage_limit_reached": _PICTURE,
}
# What would end a whole workspace, once it is proven.
ENDS_SPACE = frozenset(code for code, refusal in REFUSALS.items() if refusal.ends == "space")
