//! The signing keys: made at the first start, kept sealed in the store, rotated by schedule, the
//! same on every node.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::account::event::{Actor, Circumstances, Event, EventKind};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::jose::key::Key;
use crate::jose::keyset::KeySet;
use crate::jose::rotation::{self, Record, Schedule, State, Step};
use crate::jose::{Algorithm, seal};
use crate::provider::discovery::Document;
use crate::provider::{Fault, Provider};
use crate::secret::MasterKey;
use crate::store::{Store, StoredKey};

/// The keys in use by this node, and the policy for keys; replaced together.
#[derive(Clone)]
pub struct Kept {
    in_use: Arc<RwLock<InUse>>,
    /// Held while they are replaced, so that nothing older is put in the place of something newer.
    turn: Arc<Mutex<()>>,
}

#[derive(Clone)]
struct InUse {
    keys: Arc<KeySet>,
    jwks: Arc<Document>,
    policy: Arc<Policy>,
}

impl InUse {
    fn new(keys: KeySet, policy: Arc<Policy>) -> Self {
        Self { jwks: Arc::new(Document::new(keys.jwks())), keys: Arc::new(keys), policy }
    }
}

/// Keys made by another policy, until they are taken into use. Nobody else replaces keys meanwhile.
pub struct Renewed {
    kept: Kept,
    next: InUse,
    _turn: OwnedMutexGuard<()>,
}

impl Renewed {
    pub(crate) fn take_into_use(self) {
        self.kept.replace(self.next);
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.current().fmt(formatter)
    }
}

impl Kept {
    /// Takes the first keys, and the policy for keys.
    #[must_use]
    pub fn new(keys: KeySet, policy: Policy) -> Self {
        let in_use = InUse::new(keys, Arc::new(policy));
        Self { in_use: Arc::new(RwLock::new(in_use)), turn: Arc::default() }
    }

    /// The keys of this moment.
    #[must_use]
    pub fn current(&self) -> Arc<KeySet> {
        Arc::clone(&self.in_use.read().unwrap_or_else(PoisonError::into_inner).keys)
    }

    /// The policy for keys.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.in_use.read().unwrap_or_else(PoisonError::into_inner).policy)
    }

    fn replace(&self, next: InUse) {
        *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

/// What signing keys a provider is to have.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The algorithms to sign with.
    pub algorithms: Vec<Algorithm>,
    /// Days a key signs.
    pub rotate_days: i64,
    /// Bits of new RSA keys.
    pub rsa_bits: u32,
    /// The keys that the operator keeps in files, in the place of those of the database.
    pub files: Option<Vec<(Key, State)>>,
}

impl Policy {
    /// Keys are published a day before they sign, and verify for a week after.
    const fn schedule(&self) -> Schedule {
        Schedule { rotate: self.rotate_days * 86_400, lead: 86_400, keep: 7 * 86_400 }
    }
}

/// A signing key, as its operator sees it.
#[derive(Clone, Debug)]
pub struct ListedKey {
    /// Its algorithm.
    pub algorithm: String,
    /// Its `kid`.
    pub id: String,
    /// What it is for now.
    pub state: String,
    /// Since when, for a key of the database.
    pub since: Option<Timestamp>,
}

/// Why keys were not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The operator keeps them in files.
    #[error("keys.files: these keys are rotated in their files")]
    InFiles,
    /// The provider is at fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Loads the keys, makes and retires what is due, and returns the set. Several nodes may do it at
/// once: one commit wins, and the others load what it left. Who forces it has new keys published now.
///
/// # Errors
/// When the store fails, or the master secret does not open the stored keys.
pub async fn maintain(
    (store, entropy): (&Store, &Entropy),
    master: &MasterKey,
    policy: &Policy,
    forced_by: Option<&Circumstances>,
    now: Timestamp,
) -> Result<KeySet, Fault> {
    if let Some(keys) = &policy.files {
        return Ok(KeySet::new(keys)?);
    }
    let by_itself = Circumstances::of(Actor::Provider("key_rotation"), now);
    let by = forced_by.unwrap_or(&by_itself);
    let mut force = forced_by.is_some();
    for _ in 0..5 {
        let stored = store.signing_keys().await?;
        let records = stored.iter().map(record).collect::<Result<Vec<_>, _>>()?;
        let steps = if force {
            rotation::forced(&policy.algorithms, &records)
        } else {
            rotation::due(&policy.algorithms, &records, &policy.schedule(), now)
        };
        if steps.is_empty() {
            return open_keys(master, &stored);
        }
        let names: Vec<_> = stored.iter().map(|key| key.kid.clone()).collect();
        let after = apply_steps(master, stored.clone(), (steps, policy.rsa_bits), now).await?;
        let events = changes(&stored, &after).into_iter().map(|(kind, key)| {
            let event = Event::new(entropy.id(now), kind, by.clone());
            event.fact("kid", key.kid.as_str()).fact("algorithm", key.algorithm.as_str())
        });
        if store.recording(events).replace_signing_keys(&names, &after).await? {
            force = false;
        }
    }
    Err(Fault::Inconsistent("the signing keys were changed by others again and again"))
}

/// What became of keys, by their states before and after.
fn changes<'a>(before: &'a [StoredKey], after: &'a [StoredKey]) -> Vec<(EventKind, &'a StoredKey)> {
    let find = |keys: &'a [StoredKey], kid: &str| keys.iter().find(|key| key.kid == kid);
    let mut changes = Vec::new();
    for key in after {
        let former = find(before, &key.kid);
        if former.is_none() {
            changes.push((EventKind::KeyPublished, key));
        }
        if former.is_none_or(|former| former.state != key.state) {
            match State::parse(&key.state) {
                Some(State::Active) => changes.push((EventKind::KeyActivated, key)),
                Some(State::Retired) => changes.push((EventKind::KeyRetired, key)),
                _ => {}
            }
        }
    }
    let removed = before.iter().filter(|key| find(after, &key.kid).is_none());
    changes.extend(removed.map(|key| (EventKind::KeyRemoved, key)));
    changes
}

fn record(stored: &StoredKey) -> Result<Record, Fault> {
    let unknown = Fault::Inconsistent("a stored signing key has an unknown algorithm or state");
    match (stored.algorithm.parse(), State::parse(&stored.state)) {
        (Ok(algorithm), Some(state)) => {
            Ok(Record { id: stored.kid.clone(), algorithm, state, since: stored.since })
        }
        _ => Err(unknown),
    }
}

fn open_keys(master: &MasterKey, stored: &[StoredKey]) -> Result<KeySet, Fault> {
    let keys = stored
        .iter()
        .map(|key| Ok((seal::open(master, &key.kid, &key.sealed)?, record(key)?.state)))
        .collect::<Result<Vec<_>, Fault>>()?;
    Ok(KeySet::new(&keys)?)
}

async fn apply_steps(
    master: &MasterKey,
    mut keys: Vec<StoredKey>,
    (steps, rsa_bits): (Vec<Step>, u32),
    now: Timestamp,
) -> Result<Vec<StoredKey>, Fault> {
    let mut made = Vec::new();
    for step in steps {
        match step {
            Step::Create { algorithm, state } => made.push((algorithm, state)),
            Step::Activate { id } => {
                let algorithm = keys.iter().find(|k| k.kid == id).map(|k| k.algorithm.clone());
                for key in keys.iter_mut().filter(|k| Some(&k.algorithm) == algorithm.as_ref()) {
                    let state = if key.kid == id { State::Active } else { State::Retired };
                    if key.kid == id || key.state == State::Active.as_str() {
                        set_state(key, state, now);
                    }
                }
            }
            Step::Retire { id } => {
                keys.iter_mut()
                    .filter(|k| k.kid == id)
                    .for_each(|k| set_state(k, State::Retired, now));
            }
            Step::Remove { id } => keys.retain(|key| key.kid != id),
        }
    }
    let algorithms: Vec<_> = made.iter().map(|(algorithm, _)| *algorithm).collect();
    let generated = tokio::task::spawn_blocking(move || Key::generate_each(&algorithms, rsa_bits))
        .await
        .map_err(|_| Fault::Inconsistent("a key generation broke off"))??;
    for (key, (algorithm, state)) in generated.iter().zip(made) {
        keys.push(StoredKey {
            kid: key.id().to_owned(),
            algorithm: algorithm.as_str().to_owned(),
            sealed: seal::seal(master, key)?,
            state: state.as_str().to_owned(),
            since: now,
        });
    }
    Ok(keys)
}

fn set_state(key: &mut StoredKey, state: State, now: Timestamp) {
    state.as_str().clone_into(&mut key.state);
    key.since = now;
}

impl Provider {
    /// The JWK Set document
    /// ([RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    #[must_use]
    pub fn jwks(&self) -> Arc<Document> {
        Arc::clone(&self.keys.in_use.read().unwrap_or_else(PoisonError::into_inner).jwks)
    }

    /// The keys of this moment.
    #[must_use]
    pub fn key_set(&self) -> Arc<KeySet> {
        self.keys.current()
    }

    /// Rotates what is due and takes over what other nodes did.
    ///
    /// # Errors
    /// When the store fails; the keys in use stay in use.
    pub async fn maintain_keys(&self) -> Result<(), Fault> {
        let turn = Arc::clone(&self.keys.turn).lock_owned().await;
        self.prepare_keys(self.keys.policy(), turn).await?.take_into_use();
        Ok(())
    }

    /// Publishes a new key for each algorithm now, before it is due.
    ///
    /// # Errors
    /// When the operator keeps the keys in files, or a fault; the keys in use stay in use.
    pub async fn rotate_keys(&self, by: &Circumstances) -> Result<(), RotateError> {
        let policy = self.keys.policy();
        if policy.files.is_some() {
            return Err(RotateError::InFiles);
        }
        let ground = (&self.store, &self.entropy);
        maintain(ground, &self.master, &policy, Some(by), by.at).await?;
        Ok(self.maintain_keys().await?)
    }

    /// The keys of the database or of the operator's files, in use or not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_keys(&self) -> Result<Vec<ListedKey>, Fault> {
        if let Some(files) = &self.keys.policy().files {
            let of_file = |(key, state): &(Key, State)| ListedKey {
                algorithm: key.algorithm().to_string(),
                id: key.id().to_owned(),
                state: state.as_str().to_owned(),
                since: None,
            };
            return Ok(files.iter().map(of_file).collect());
        }
        let stored = self.store.signing_keys().await?;
        let of_database = |key: &StoredKey| ListedKey {
            algorithm: key.algorithm.clone(),
            id: key.kid.clone(),
            state: key.state.clone(),
            since: Some(key.since),
        };
        Ok(stored.iter().map(of_database).collect())
    }

    /// Makes the keys of another policy, to be taken into use later.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn renew_keys(&self, policy: Policy) -> Result<Renewed, Fault> {
        let turn = Arc::clone(&self.keys.turn).lock_owned().await;
        self.prepare_keys(Arc::new(policy), turn).await
    }

    async fn prepare_keys(
        &self,
        policy: Arc<Policy>,
        turn: OwnedMutexGuard<()>,
    ) -> Result<Renewed, Fault> {
        let now = self.clock.now();
        let keys = maintain((&self.store, &self.entropy), &self.master, &policy, None, now).await?;
        Ok(Renewed { kept: self.keys.clone(), next: InUse::new(keys, policy), _turn: turn })
    }
}
