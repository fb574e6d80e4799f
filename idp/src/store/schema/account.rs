//! Accounts, and what belongs to each.

diesel::table! {
    accounts (id) {
        id -> Text,
        username -> Text,
        subject -> Text,
        organisation -> Text,
        organisation_name -> Text,
        claims -> Text,
        password_hash -> Nullable<Text>,
        created_at -> BigInt,
        password_changed_at -> Nullable<BigInt>,
        disabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    credentials (account_id, kind) {
        account_id -> Text,
        kind -> Text,
        verifier -> Text,
        set_by -> Nullable<Text>,
        set_at -> BigInt,
    }
}

diesel::table! {
    account_parties (account_id, party) {
        account_id -> Text,
        party -> Text,
    }
}

diesel::table! {
    consents (account_id, client_id) {
        account_id -> Text,
        client_id -> Text,
        scope -> Text,
        granted_at -> BigInt,
    }
}

diesel::table! {
    password_parameters (parameters) {
        parameters -> Text,
    }
}
