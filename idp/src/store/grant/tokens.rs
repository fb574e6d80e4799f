//! Access tokens and refresh tokens: what a grant led to. Each lives no longer than its grant.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::grant::{Access, Grant};
use crate::oauth::grant::refresh_token::{IssuedRefreshToken, Use};
use crate::oauth::token::IssuedAccessToken;
use crate::secret::{AccessToken, Digest, RefreshToken};
use crate::store::account::accounts::AccountRow;
use crate::store::error::{Error, one, won};
use crate::store::grant::live::{ExpectLive as _, GrantRow, live};
use crate::store::schema::{access_tokens, accounts, grants, refresh_tokens, sessions};
use crate::store::{Recording, Store};

/// What is handed out at once.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: (Digest<AccessToken>, IssuedAccessToken),
    /// The refresh token, if there is one.
    pub refresh: Option<(Digest<RefreshToken>, IssuedRefreshToken)>,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = access_tokens, treat_none_as_default_value = false)]
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
#[diesel(table_name = refresh_tokens, treat_none_as_default_value = false)]
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
            used_at: token.used.as_ref().map(|used| used.at.0),
            successor: token.used.as_ref().map(|used| used.successor.as_str().to_owned()),
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
            used: row.used_at.zip(row.successor).map(|(at, successor)| Use {
                at: Timestamp(at),
                successor: Digest::stored(successor),
            }),
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
}

/// What a refresh does to refresh tokens.
#[derive(Clone, Debug)]
pub enum Refresh {
    /// This one stays, and ends at that time if it is not used.
    Keep(Digest<RefreshToken>, Timestamp),
    /// This one is used so, and leads to a successor.
    Rotate(Digest<RefreshToken>, Use, IssuedRefreshToken),
    /// This one, the newest of its family, is handed out again.
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
    /// Stores tokens of a grant that lives, as the caller has checked in this transaction.
    InsertTokens: fn insert_tokens(c, rows: &TokenRows) {
        diesel::insert_into(access_tokens::table).values(&rows.access).execute(c).await?;
        if let Some(refresh) = &rows.refresh {
            diesel::insert_into(refresh_tokens::table).values(refresh).execute(c).await?;
        }
        Ok(())
    }
);

step!(
    /// Does to refresh tokens what a refresh does; `Lost` when they are no longer as they were.
    ChangeRefreshToken: fn change_refresh_token(c, change: &Refresh, now: i64) {
        let (Refresh::Keep(digest, _) | Refresh::Rotate(digest, ..) | Refresh::Repeat(digest)) =
            change;
        let unused = refresh_tokens::table
            .filter(refresh_tokens::digest.eq(digest.as_str()))
            .filter(refresh_tokens::used_at.is_null());
        let live = unused
            .filter(refresh_tokens::idle_expires_at.gt(now))
            .filter(refresh_tokens::expires_at.gt(now));
        let changed = match change {
            Refresh::Keep(_, idle_end) => {
                let idle_end = refresh_tokens::idle_expires_at.eq(idle_end.0);
                diesel::update(live).set(idle_end).execute(c).await?
            }
            Refresh::Rotate(_, used, _) => {
                let successor = refresh_tokens::successor.eq(used.successor.as_str());
                let used = (refresh_tokens::used_at.eq(used.at.0), successor);
                diesel::update(live).set(used).execute(c).await?
            }
            Refresh::Repeat(_) => {
                // Changes nothing, and holds the row: its use and this wait for one another.
                let same = refresh_tokens::expires_at.eq(refresh_tokens::expires_at);
                diesel::update(unused).set(same).execute(c).await?
            }
        };
        one(changed)
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
            token: row.try_into()?,
        }))
    }

    /// Stores an access token bought with a refresh token, and what becomes of that one: both or
    /// neither. `false` when a refresh token is no longer as it was, or its grant does not live.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(
        &self,
        grant_id: &str,
        change: &Refresh,
        access: &(Digest<AccessToken>, IssuedAccessToken),
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, change) = (grant_id.to_owned(), change.clone());
        let refresh = match &change {
            Refresh::Rotate(_, used, next) => {
                Some(RefreshTokenRow::new(grant_id, &(used.successor.clone(), next.clone())))
            }
            Refresh::Keep(..) | Refresh::Repeat(_) => None,
        };
        let rows = TokenRows { access: AccessTokenRow::new(grant_id, access), refresh };
        won(transaction!(self, |c| {
            c.change_refresh_token(&change, now.0).await?;
            c.expect_live(&id).await?;
            c.insert_tokens(&rows).await
        }))
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
    ) -> Result<Option<Arc<Access>>, Error> {
        let (cache, moment) = (self.cache(), self.cache().moment(now));
        if let Some(found) = cache.access.get(token.as_str(), moment) {
            return Ok(Some(found).filter(|found| found.token.expires_at > now));
        }
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
        let Some((grant, account, row)) = found else { return Ok(None) };
        let found = Arc::new(Access {
            grant: grant.try_into()?,
            account: account.map(Account::try_from).transpose()?,
            token: row.try_into()?,
        });
        cache.access.insert(token.as_str(), moment, Arc::clone(&found));
        Ok(Some(found))
    }
}

impl Recording {
    /// Makes one access token worthless. `false` when it is already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_access_token(&self, token: &Digest<AccessToken>) -> Result<bool, Error> {
        let token = token.as_str().to_owned();
        won(act!(self, |c| one(diesel::delete(access_tokens::table.find(&token))
            .execute(c)
            .await?)))
    }
}
