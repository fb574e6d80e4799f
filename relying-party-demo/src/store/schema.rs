//! One portable schema for both databases: text, big integers and booleans only.

diesel::table! {
    party_parameters (party) {
        party -> Text,
        organisation -> Text,
        organisation_name -> Text,
        street -> Text,
        postal_address -> Text,
        city -> Text,
        country -> Text,
        contact_person -> Text,
        phone -> Text,
        email -> Text,
        arrivals_enabled -> Bool,
        arrivals_contact -> Text,
        arrivals_phone -> Text,
        arrivals_email -> Text,
        dispatches_enabled -> Bool,
        dispatches_contact -> Text,
        dispatches_phone -> Text,
        dispatches_email -> Text,
        updated_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    party_accounts (party, username) {
        party -> Text,
        username -> Text,
    }
}

diesel::table! {
    pending_logins (state_digest) {
        state_digest -> Text,
        browser_digest -> Text,
        nonce -> Text,
        code_verifier -> Text,
        demand -> Text,
        return_to -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sessions (id_digest) {
        id_digest -> Text,
        id_token -> Text,
        id_token_claims -> Text,
        userinfo_claims -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    drafts (id_digest) {
        id_digest -> Text,
        browser_digest -> Text,
        party -> Text,
        fields -> Text,
        updated_at -> BigInt,
        expires_at -> BigInt,
    }
}
