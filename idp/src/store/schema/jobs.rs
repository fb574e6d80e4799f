//! What jobs do and hold.

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        sealed -> Text,
        state -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        kind -> Text,
        link_id -> Nullable<Text>,
        account_id -> Nullable<Text>,
        address -> Text,
        language -> Text,
        payload -> Text,
        state -> Text,
        reply -> Nullable<Text>,
        attempts -> BigInt,
        queued_at -> BigInt,
        changed_at -> BigInt,
        next_attempt_at -> BigInt,
        expires_at -> BigInt,
        holder -> Nullable<Text>,
        domain -> Text,
        topic -> Nullable<Text>,
    }
}

diesel::table! {
    mail_times (key) {
        key -> Text,
        sent_at -> BigInt,
    }
}

diesel::table! {
    outbox_holders (holder) {
        holder -> Text,
        beat -> BigInt,
    }
}
