//! The tables as both back ends have them. The text of `migrations/` is the authority; a test
//! compares the two.

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
    parties (party) {
        party -> Text,
        organisation -> Text,
        organisation_name -> Text,
        updated_at -> BigInt,
        deleted -> Bool,
    }
}

diesel::table! {
    contacts (party, role) {
        party -> Text,
        role -> Text,
        address -> Text,
        canonical -> Text,
        report_enabled -> Bool,
    }
}

diesel::table! {
    party_accounts (party, username) {
        party -> Text,
        username -> Text,
    }
}

diesel::table! {
    quarantine (party, cell) {
        party -> Text,
        cell -> Text,
        reason -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    sync_state (source) {
        source -> Text,
        watermark -> BigInt,
        full_at -> Nullable<BigInt>,
        succeeded_at -> Nullable<BigInt>,
        applied -> BigInt,
        brake -> Nullable<Text>,
        brake_at -> Nullable<BigInt>,
        approved_at -> Nullable<BigInt>,
        parties -> Nullable<BigInt>,
        addresses -> Nullable<BigInt>,
        ties -> Nullable<BigInt>,
        held_parties -> BigInt,
        held_links -> BigInt,
        held_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sync_losses (source, kind, party, name) {
        source -> Text,
        kind -> Text,
        party -> Text,
        name -> Text,
        lost_at -> BigInt,
        total -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        expires_at -> BigInt,
    }
}

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
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        sealed -> Text,
        state -> Text,
        since -> BigInt,
    }
}

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
    }
}

diesel::table! {
    account_links (id) {
        id -> Text,
        digest -> Text,
        purpose -> Text,
        account_id -> Text,
        interaction_id -> Nullable<Text>,
        address -> Text,
        canonical -> Text,
        role -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        void_at -> Nullable<BigInt>,
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
    password_parameters (parameters) {
        parameters -> Text,
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
    consents (account_id, client_id) {
        account_id -> Text,
        client_id -> Text,
        scope -> Text,
        granted_at -> BigInt,
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
    used_ids (key) {
        key -> Text,
        expires_at -> BigInt,
    }
}

diesel::joinable!(account_parties -> accounts (account_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(logouts -> accounts (account_id));
diesel::joinable!(links -> interactions (interaction_id));
diesel::joinable!(outbox -> links (link_id));
diesel::joinable!(grants -> accounts (account_id));
diesel::joinable!(grants -> sessions (session_id));
diesel::joinable!(access_tokens -> grants (grant_id));
diesel::joinable!(registrations -> clients (client_id));
diesel::joinable!(refresh_tokens -> grants (grant_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    account_parties,
    credentials,
    contacts,
    parties,
    party_accounts,
    remembered_browsers,
    sessions,
    interactions,
    links,
    logouts,
    outbox,
    grants,
    access_tokens,
    refresh_tokens,
    clients,
    registrations,
);
