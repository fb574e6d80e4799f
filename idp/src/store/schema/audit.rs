//! The audit record.

diesel::table! {
    events (position) {
        position -> BigInt,
        at -> BigInt,
        frequent -> Bool,
        account_id -> Nullable<Text>,
        event -> Text,
    }
}

diesel::table! {
    event_batches (number) {
        number -> BigInt,
        after_position -> BigInt,
        last_position -> BigInt,
        closed_at -> BigInt,
        last_at -> BigInt,
        seal -> Text,
    }
}

diesel::table! {
    event_keys (name) {
        name -> Text,
        kid -> Text,
        sealed -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    event_deletions (frequent) {
        frequent -> Bool,
        position -> BigInt,
    }
}
