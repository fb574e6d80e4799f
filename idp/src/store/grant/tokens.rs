//! Access tokens and refresh tokens: what a grant led to. Each lives no longer than its grant.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::grant::Grant;
use crate::account::user::Account;
use crate::grant::Grant;
use crate::clock::Timestamp;
use crate::oauth::grant::refresh_token::{IssuedRefreshToken, Use};
use crate::oauth::token::IssuedAccessToken;
use crate::secret::{AccessToken, Digest, RefreshToken};
use crate::store::Store;
use crate::store::account::accounts::AccountRow;
use crate::store::error::{Error, one, won};
use crate::store::grant::live::{ExpectLive as _, GrantRow, live};
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
pub(in crate::store) struct AccessTokenRow {
    digest: String,
    grant_id: String,
    scope: String,
    audience: Option<String>,
    confirmation: Option<String>,
    issued_at: i64,
    expires_at: i64,
}

impl AccessTokenRow {
    pub(in crate::store) fn new(
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
pub(in crate::store) struct RefreshTokenRow {
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
    pub(in crate::store) fn new(
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

impl TryFrom<RefreshTokenRow> for IssuedRefreshToken {
    type Error = Error;

    fn try_from(row: RefreshTokenRow) -> Result<Self, Error> {
        let wrong = || Error::inconsistent("refresh_tokens", &row.digest);
        let confirmation = row.confirmation.as_ref().map(|text| text.parse());
        Ok(Self {
            scope: row.scope.parse().map_err(|_| wrong())?,
            confirmation: confirmation.transpose().map_err(|_| wrong())?,
            issued_at: Timestamp(row.issued_at),
            idle_expires_at: Timestamp(row.idle_expires_at),
            expires_at: Timestamp(row.expires_at),
        })
    }
}

/// A refresh token whose grant lives.
#[derive(Clone, Debug, PartialEq)]
pub struct Refreshable {
    /// What it was bought from.
    pub grant: Grant,
    /// Whose it is.
    pub account: Option<Account>,
    /// The token itself.
    pub token: IssuedRefreshToken,
    /// What became of it.
    pub became: Use,
    /// The token that it led to. Names the row alone: the token itself is derived.
    pub successor: Option<Digest<RefreshToken>>,
}

impl Refreshable {
    /// Whether it could be used now.
    #[must_use]
    pub fn is_unused(&self, now: Timestamp) -> bool {
        let alive = now < self.token.idle_expires_at && now < self.token.expires_at;
        alive && self.became == Use::Unused
    }
}

/// A refresh token that is made.
type NewRefreshToken = (Digest<RefreshToken>, IssuedRefreshToken);

/// What a refresh does to the refresh token.
#[derive(Clone, Debug)]
pub enum Refresh {
    /// It stays, and ends for want of use at that time.
    Keep(Timestamp),
    /// It is used, and leads to this one.
    Rotate(NewRefreshToken),
    /// It was used, and this one, the newest of its family, is handed out again.
    Repeat(Digest<RefreshToken>),
}

/// The rows of [`Tokens`].
pub(in crate::store) struct TokenRows {
    access: AccessTokenRow,
    refresh: Option<RefreshTokenRow>,
}

impl TokenRows {
    pub(in crate::store) fn new(grant_id: &str, tokens: &Tokens) -> Self {
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

step!(
    /// Marks a token used that is not, and names its successor.
    UseRefreshToken: fn use_refresh_token(c, digest: &str, successor: &str, now: i64) {
        let used = diesel::update(refresh_tokens::table.find(digest))
            .filter(refresh_tokens::used_at.is_null())
            .filter(refresh_tokens::idle_expires_at.gt(now))
            .filter(refresh_tokens::expires_at.gt(now))
            .set((refresh_tokens::used_at.eq(now), refresh_tokens::successor.eq(successor)))
            .execute(c)
            .await?;
        one(used)
    }
);

step!(
    /// Does to a refresh token what a refresh does; `Lost` when it is no longer as it was.
    ChangeRefreshToken: fn change_refresh_token(c, digest: &str, change: &Refresh, now: i64) {
        let unused = refresh_tokens::table.filter(refresh_tokens::used_at.is_null());
        match change {
            Refresh::Keep(idle_end) => {
                let kept = diesel::update(unused.filter(refresh_tokens::digest.eq(digest)))
                    .filter(refresh_tokens::idle_expires_at.gt(now))
                    .filter(refresh_tokens::expires_at.gt(now))
                    .set(refresh_tokens::idle_expires_at.eq(idle_end.0))
                    .execute(c)
                    .await?;
                one(kept)
            }
            Refresh::Rotate((successor, _)) => {
                c.use_refresh_token(digest, successor.as_str(), now).await
            }
            Refresh::Repeat(newest) => {
                // Changes nothing, and holds the row: its use and this wait for one another.
                let same = refresh_tokens::digest.eq(newest.as_str());
                let kept = diesel::update(unused.filter(same))
                    .set(refresh_tokens::expires_at.eq(refresh_tokens::expires_at))
                    .execute(c)
                    .await?;
                one(kept)
            }
        }
    }
);

impl Store {
    /// A refresh token whose grant lives, used or not, expired or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh_token(
        &self,
        token: &Digest<RefreshToken>,
    ) -> Result<Option<Refreshable>, Error> {
        let found: Option<(GrantRow, Option<AccountRow>, RefreshTokenRow)> =
            read!(self, |c| refresh_tokens::table
                .inner_join(grants::table.left_join(accounts::table).left_join(sessions::table))
                .filter(refresh_tokens::digest.eq(token.as_str()))
                .filter(live())
                .select((
                    GrantRow::as_select(),
                    Option::<AccountRow>::as_select(),
                    RefreshTokenRow::as_select(),
                ))
                .get_result(c)
                .await
                .optional())?;
        let Some((grant, account, row)) = found else { return Ok(None) };
        Ok(Some(Refreshable {
            grant: grant.try_into()?,
            account: account.map(Account::try_from).transpose()?,
            became: row.used_at.map_or(Use::Unused, |at| Use::Used(Timestamp(at))),
            successor: row.successor.clone().map(Digest::stored),
            token: row.try_into()?,
        }))
    }

    /// Stores an access token bought with a refresh token, and what becomes of that one: both or
    /// neither. `false` when the refresh token is no longer as it was, or its grant does not live.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(
        &self,
        grant_id: &str,
        token: &Digest<RefreshToken>,
        change: &Refresh,
        access: &(Digest<AccessToken>, IssuedAccessToken),
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, token, change) = (grant_id.to_owned(), token.clone(), change.clone());
        let refresh = match &change {
            Refresh::Rotate(next) => Some(RefreshTokenRow::new(grant_id, next)),
            Refresh::Keep(_) | Refresh::Repeat(_) => None,
        };
        let rows = TokenRows { access: AccessTokenRow::new(grant_id, access), refresh };
        won(commit!(self, |c| {
            c.change_refresh_token(token.as_str(), &change, now.0).await?;
            c.expect_live(&id).await?;
            c.insert_tokens(&rows).await
        }))
    }

    /// Makes one access token worthless.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_access_token(&self, token: &Digest<AccessToken>) -> Result<(), Error> {
        let token = token.as_str().to_owned();
        Ok(commit!(self, |c| {
            diesel::delete(access_tokens::table.find(&token)).execute(c).await?;
            Ok(())
        })?)
    }

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
