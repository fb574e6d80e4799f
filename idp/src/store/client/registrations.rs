//! Clients that registered themselves, and the digests of what they manage that with.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::oauth::client::Client;
use crate::secret::{Digest, RegistrationAccessToken};
use crate::store::client::clients::EndClient as _;
use crate::store::error::{Error, Fault, one, won};
use crate::store::schema::{clients, registrations};
use crate::store::{Recording, Store, json};

impl Store {
    /// The client that manages itself with this token, and when it was registered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn registration(
        &self,
        client_id: &str,
        token: &Digest<RegistrationAccessToken>,
    ) -> Result<Option<(Client, Timestamp)>, Error> {
        let row: Option<(String, i64)> = read!(self, |c| clients::table
            .inner_join(registrations::table)
            .filter(clients::client_id.eq(client_id))
            .filter(registrations::token.eq(token.as_str()))
            .select((clients::client, clients::created_at))
            .get_result(c)
            .await
            .optional())?;
        let Some((text, at)) = row else { return Ok(None) };
        let client: Client = json::read("clients", client_id, &text)?;
        Ok(Some((client.as_self_registered(), Timestamp(at))))
    }
}

impl Recording {
    /// Adds a client that registered itself.
    ///
    /// # Errors
    /// When the database fails, or there is such a client already.
    pub async fn register(
        &self,
        client: &Client,
        token: &Digest<RegistrationAccessToken>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = client.client_id().as_str().to_owned();
        let (text, token) = (json::write(client)?, token.as_str().to_owned());
        Ok(act!(self, |c| {
            diesel::insert_into(clients::table)
                .values((
                    clients::client_id.eq(&id),
                    clients::client.eq(&text),
                    clients::created_at.eq(now.0),
                ))
                .execute(c)
                .await?;
            diesel::insert_into(registrations::table)
                .values((registrations::client_id.eq(&id), registrations::token.eq(&token)))
                .execute(c)
                .await?;
            Ok(())
        })?)
    }

    /// Replaces what a client has registered. `false` when it does not manage itself with this
    /// token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_registration(
        &self,
        client: &Client,
        token: &Digest<RegistrationAccessToken>,
    ) -> Result<bool, Error> {
        let id = client.client_id().as_str().to_owned();
        let (text, token) = (json::write(client)?, token.as_str().to_owned());
        let changed = won(act!(self, |c| {
            let held = registrations::table.find(&id).filter(registrations::token.eq(&token));
            if !diesel::select(diesel::dsl::exists(held)).get_result::<bool>(c).await? {
                return Err(Fault::Lost);
            }
            let changed = diesel::update(clients::table.find(&id)).set(clients::client.eq(&text));
            one(changed.execute(c).await?)
        }));
        self.cache().clients.invalidate(client.client_id().as_str());
        changed
    }

    /// Removes a client that manages itself with this token, all that people have allowed it, and
    /// all it was granted. `false` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_registration(
        &self,
        client_id: &str,
        token: &Digest<RegistrationAccessToken>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (id, token) = (client_id.to_owned(), token.as_str().to_owned());
        let ended = won(act!(self, |c| {
            let held = registrations::table.find(&id).filter(registrations::token.eq(&token));
            one(diesel::delete(held).execute(c).await?)?;
            diesel::delete(clients::table.find(&id)).execute(c).await?;
            c.end_client(&id, now.0).await
        }));
        self.cache().clients.invalidate(client_id);
        ended
    }
}
