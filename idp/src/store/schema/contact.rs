//! Our copy of the party parameters.

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
