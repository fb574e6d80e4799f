//! Clients, and what they push.

diesel::table! {
    clients (client_id) {
        client_id -> Text,
        client -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    static_clients (client_id) {
        client_id -> Text,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    registrations (client_id) {
        client_id -> Text,
        token -> Text,
    }
}

diesel::table! {
    pushed_requests (digest) {
        digest -> Text,
        client_id -> Text,
        parameters -> Text,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        network -> Nullable<Text>,
    }
}
