//! Clients, each as the JSON text of what it registered.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::oauth::client::Client;
use crate::store::error::{Error, one, won};
use crate::store::schema::{
    clients, consents, device_codes, grants, logouts, pushed_requests, registrations,
};
use crate::store::{Recording, Store, json};

step!(
    /// Ends all that was allowed and granted to a client that is gone, and what it began: a client
    /// of the same name that comes later finds nothing of it.
    EndClient: fn end_client(c, id: &str, now: i64) {
        diesel::delete(consents::table.filter(consents::client_id.eq(id))).execute(c).await?;
        diesel::delete(pushed_requests::table.filter(pushed_requests::client_id.eq(id)))
            .execute(c)
            .await?;
        diesel::delete(device_codes::table.filter(device_codes::client_id.eq(id)))
            .execute(c)
            .await?;
        diesel::delete(logouts::table.filter(logouts::client_id.eq(id))).execute(c).await?;
        diesel::update(grants::table)
            .filter(grants::client_id.eq(id))
            .filter(grants::revoked_at.is_null())
            .set(grants::revoked_at.eq(now))
            .execute(c)
            .await?;
        Ok(())
    }
);

impl Store {
    /// All clients, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clients(&self) -> Result<Vec<Client>, Error> {
        let rows: Vec<(String, String)> = read!(self, |c| clients::table
            .order(clients::client_id)
            .select((clients::client_id, clients::client))
            .load(c)
            .await)?;
        rows.iter().map(|(id, text)| json::read("clients", id, text)).collect()
    }

    /// The client of that id, as it was at most a moment ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn client(&self, client_id: &str) -> Result<Option<Client>, Error> {
        if let Some(client) = self.cache().clients.get(client_id) {
            return Ok(Some(client));
        }
        let found: Option<(String, Option<String>)> = read!(self, |c| clients::table
            .left_join(registrations::table)
            .filter(clients::client_id.eq(client_id))
            .select((clients::client, registrations::client_id.nullable()))
            .get_result(c)
            .await
            .optional())?;
        let Some((text, registration)) = found else { return Ok(None) };
        let client: Client = json::read("clients", client_id, &text)?;
        let client = if registration.is_some() { client.as_self_registered() } else { client };
        self.cache().clients.insert(client_id.to_owned(), client.clone());
        Ok(Some(client))
    }
}

impl Recording {
    /// Adds a client, or replaces what it registered before. A new one finds nothing of another
    /// that had its name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_client(&self, client: &Client, now: Timestamp) -> Result<(), Error> {
        let id = client.client_id().as_str().to_owned();
        let text = json::write(client)?;
        act!(self, |c| {
            let known = clients::table.find(&id).select(clients::client_id);
            if known.get_result::<String>(c).await.optional()?.is_none() {
                c.end_client(&id, now.0).await?;
            }
            diesel::insert_into(clients::table)
                .values((
                    clients::client_id.eq(&id),
                    clients::client.eq(&text),
                    clients::created_at.eq(now.0),
                ))
                .on_conflict(clients::client_id)
                .do_update()
                .set(clients::client.eq(&text))
                .execute(c)
                .await?;
            Ok(())
        })?;
        self.cache().clients.invalidate(client.client_id().as_str());
        Ok(())
    }

    /// Removes a client, and revokes all that was granted to it. `false` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_client(&self, client_id: &str, now: Timestamp) -> Result<bool, Error> {
        let id = client_id.to_owned();
        let removed = won(act!(self, |c| {
            one(diesel::delete(clients::table.find(&id)).execute(c).await?)?;
            c.end_client(&id, now.0).await
        }))?;
        self.cache().clients.invalidate(client_id);
        Ok(removed)
    }
}
