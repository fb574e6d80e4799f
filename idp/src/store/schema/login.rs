//! Logins: what is open, proven and remembered.

diesel::table! {
    sessions (id) {
        id -> Text,
        digest -> Text,
        account_id -> Text,
        proofs -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        logout_queued -> Bool,
        review_at -> BigInt,
        agent -> Nullable<Text>,
        network -> Nullable<Text>,
    }
}

diesel::table! {
    interactions (id) {
        id -> Text,
        browser -> Text,
        client_id -> Text,
        request -> Text,
        pushed_request -> Nullable<Text>,
        language -> Text,
        agent -> Text,
        reason -> Text,
        session_id -> Nullable<Text>,
        account_id -> Nullable<Text>,
        proofs -> Nullable<Text>,
        remember -> Bool,
        wrong_addresses -> BigInt,
        started_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_how -> Nullable<Text>,
        version -> BigInt,
        network -> Nullable<Text>,
        successor -> Nullable<Text>,
    }
}

diesel::table! {
    links (id) {
        id -> Text,
        digest -> Text,
        interaction_id -> Text,
        account_id -> Text,
        address -> Text,
        canonical -> Text,
        role -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        void_at -> Nullable<BigInt>,
        network -> Text,
        known -> Bool,
        elsewhere_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    remembered_browsers (id) {
        id -> Text,
        digest -> Text,
        account_id -> Text,
        canonical -> Text,
        role -> Text,
        completed_at -> BigInt,
        expires_at -> BigInt,
        former -> Nullable<Text>,
        renewed_at -> Nullable<BigInt>,
        agent -> Nullable<Text>,
        network -> Nullable<Text>,
    }
}

diesel::table! {
    throttles (key) {
        key -> Text,
        account -> Nullable<Text>,
        failures -> BigInt,
        blocked_until -> BigInt,
        updated_at -> BigInt,
        drained_at -> BigInt,
    }
}

diesel::table! {
    logouts (id) {
        id -> Text,
        client_id -> Text,
        account_id -> Text,
        session_id -> Text,
        state -> Text,
        outcome -> Nullable<Text>,
        attempts -> BigInt,
        queued_at -> BigInt,
        changed_at -> BigInt,
        next_attempt_at -> BigInt,
    }
}
