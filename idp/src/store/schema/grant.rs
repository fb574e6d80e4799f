//! Grants, and what is bought with them.

diesel::table! {
    grants (id) {
        id -> Text,
        code_digest -> Nullable<Text>,
        client_id -> Text,
        account_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        offline -> Bool,
        facts -> Text,
        issued_at -> BigInt,
        code_expires_at -> BigInt,
        code_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        review_at -> BigInt,
    }
}

diesel::table! {
    access_tokens (digest) {
        digest -> Text,
        grant_id -> Text,
        scope -> Text,
        audience -> Nullable<Text>,
        confirmation -> Nullable<Text>,
        issued_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Text,
        grant_id -> Text,
        scope -> Text,
        confirmation -> Nullable<Text>,
        issued_at -> BigInt,
        idle_expires_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        successor -> Nullable<Text>,
    }
}

diesel::table! {
    device_codes (digest) {
        digest -> Text,
        user_code -> Text,
        client_id -> Text,
        scope -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        poll_at -> BigInt,
        interval -> BigInt,
        state -> Text,
        grant_id -> Nullable<Text>,
        network -> Nullable<Text>,
    }
}

diesel::table! {
    used_ids (key) {
        key -> Text,
        expires_at -> BigInt,
    }
}
