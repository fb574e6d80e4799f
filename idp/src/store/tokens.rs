//! Access tokens and refresh tokens: what a grant led to. Each lives no longer than its grant.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::grant::Grant;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::oauth::grant::refresh_token::IssuedRefreshToken;
use crate::oauth::token::IssuedAccessToken;
use crate::secret::{AccessToken, Digest, RefreshToken};
use crate::store::Store;
use crate::store::accounts::AccountRow;
use crate::store::error::Error;
use crate::store::grants::{GrantRow, live};
use crate::store::schema::{access_tokens, accounts, grants, refresh_tokens, sessions};

/// What is handed out at once.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: (Digest<AccessToken>, IssuedAccessToken),
    /// The refresh token, if there is one.
    pub refresh: Option<(Digest<RefreshToken>, IssuedRefreshToken)>,
}

/// All that an access token stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// What it was bought from.
    pub grant: Grant,
    /// Whose it is; none where a client acts on its own behalf.
    pub account: Option<Account>,
    /// The token itself.
    pub token: IssuedAccessToken,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = access_tokens)]
pub(super) struct AccessTokenRow {
    digest: String,
    grant_id: String,
    scope: String,
    audience: Option<String>,
    confirmation: Option<String>,
    issued_at: i64,
    expires_at: i64,
}

impl AccessTokenRow {
    pub(super) fn new(
        grant_id: &str,
        (digest, token): &(Digest<AccessToken>, IssuedAccessToken),
    ) -> Self {
        Self {
            digest: digest.as_str().to_owned(),
            grant_id: grant_id.to_owned(),
            scope: token.scope.to_string(),
            // No URI has a space in it.
            audience: (!token.audience.is_empty()).then(|| token.audience.join(" ")),
            confirmation: token.confirmation.as_ref().map(ToString::to_string),
            issued_at: token.issued_at.0,
            expires_at: token.expires_at.0,
        }
    }
}

impl TryFrom<AccessTokenRow> for IssuedAccessToken {
    type Error = Error;

    fn try_from(row: AccessTokenRow) -> Result<Self, Error> {
        let wrong = || Error::inconsistent("access_tokens", &row.digest);
        let confirmation = row.confirmation.as_ref().map(|text| text.parse());
        let audience = row.audience.iter().flat_map(|text| text.split(' '));
        Ok(Self {
            scope: row.scope.parse().map_err(|_| wrong())?,
            audience: audience.map(str::to_owned).collect(),
            confirmation: confirmation.transpose().map_err(|_| wrong())?,
            issued_at: Timestamp(row.issued_at),
            expires_at: Timestamp(row.expires_at),
        })
    }
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens)]
pub(super) struct RefreshTokenRow {
    digest: String,
    grant_id: String,
    scope: String,
    confirmation: Option<String>,
    issued_at: i64,
    idle_expires_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    successor: Option<String>,
}

impl RefreshTokenRow {
    pub(super) fn new(
        grant_id: &str,
        (digest, token): &(Digest<RefreshToken>, IssuedRefreshToken),
    ) -> Self {
        Self {
            digest: digest.as_str().to_owned(),
            grant_id: grant_id.to_owned(),
            scope: token.scope.to_string(),
            confirmation: token.confirmation.as_ref().map(ToString::to_string),
            issued_at: token.issued_at.0,
            idle_expires_at: token.idle_expires_at.0,
            expires_at: token.expires_at.0,
            used_at: None,
            successor: None,
        }
    }
}

/// The rows of [`Tokens`].
pub(super) struct TokenRows {
    access: AccessTokenRow,
    refresh: Option<RefreshTokenRow>,
}

impl TokenRows {
    pub(super) fn new(grant_id: &str, tokens: &Tokens) -> Self {
        Self {
            access: AccessTokenRow::new(grant_id, &tokens.access),
            refresh: tokens.refresh.as_ref().map(|token| RefreshTokenRow::new(grant_id, token)),
        }
    }
}

step!(
    /// Stores tokens of a grant that lives; whoever calls has seen to that in this transaction.
    InsertTokens: fn insert_tokens(c, rows: &TokenRows) {
        diesel::insert_into(access_tokens::table).values(&rows.access).execute(c).await?;
        if let Some(refresh) = &rows.refresh {
            diesel::insert_into(refresh_tokens::table).values(refresh).execute(c).await?;
        }
        Ok(())
    }
);

impl Store {
    /// What an access token stands for, and whose it is, while all of it lives: the token, its
    /// grant, its session unless it is for offline access, and its account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant_by_access_token(
        &self,
        token: &Digest<AccessToken>,
        now: Timestamp,
    ) -> Result<Option<Access>, Error> {
        let found: Option<(GrantRow, Option<AccountRow>, AccessTokenRow)> =
            read!(self, |c| access_tokens::table
                .inner_join(grants::table.left_join(accounts::table).left_join(sessions::table))
                .filter(access_tokens::digest.eq(token.as_str()))
                .filter(access_tokens::expires_at.gt(now.0))
                .filter(live())
                .select((
                    GrantRow::as_select(),
                    Option::<AccountRow>::as_select(),
                    AccessTokenRow::as_select(),
                ))
                .get_result(c)
                .await
                .optional())?;
        let Some((grant, account, token)) = found else { return Ok(None) };
        Ok(Some(Access {
            grant: grant.try_into()?,
            account: account.map(Account::try_from).transpose()?,
            token: token.try_into()?,
        }))
    }
}
