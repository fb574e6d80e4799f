# shellcheck shell=bash
# The part of `conformance/run` that judges: which plans, each against a provider of its own with
# TLS, as plans/idp.toml has it. Sourced by `run`.

# The plans, under the names of the official suite. Those that wait longest begin.
judge_plans=()
for types in code "code token" "code id_token" "code id_token token" id_token "id_token token"; do
  judge_plans+=("oidcc-dynamic-certification-test-plan[client_registration=dynamic_client][response_type=$types]")
done
judge_plans+=(
  "oidcc-hybrid-certification-test-plan[client_registration=dynamic_client]"
  "oidcc-formpost-hybrid-certification-test-plan[client_registration=static_client]"
  "oidcc-basic-certification-test-plan[client_registration=static_client]"
  "oidcc-basic-certification-test-plan[client_registration=dynamic_client]"
  "oidcc-formpost-basic-certification-test-plan[client_registration=static_client]"
)
for bound in dpop mtls; do
  for auth in private_key_jwt mtls; do
    for rest in "[openid=openid_connect]" "[openid=plain_oauth]"; do
      judge_plans+=("fapi2-security-profile-final-test-plan[client_auth_type=$auth][sender_constrain=$bound]$rest")
    done
    for rest in "[fapi_response_mode=plain_response]" "[fapi_response_mode=jarm]"; do
      judge_plans+=("fapi2-message-signing-final-test-plan[client_auth_type=$auth][sender_constrain=$bound]$rest")
    done
  done
done
judge_plans+=(
  "oidcc-implicit-certification-test-plan[client_registration=dynamic_client]"
  "oidcc-formpost-implicit-certification-test-plan[client_registration=static_client]"
  "oidcc-rp-initiated-logout-certification-test-plan[client_registration=static_client]"
  "oidcc-session-management-certification-test-plan[client_registration=dynamic_client]"
  "oidcc-backchannel-rp-initiated-logout-certification-test-plan[client_registration=dynamic_client]"
  "oidcc-frontchannel-rp-initiated-logout-certification-test-plan[client_registration=dynamic_client]"
  "oidcc-3rdparty-init-login-certification-test-plan[client_registration=dynamic_client]"
  "oidcc-config-certification-test-plan"
)
readonly judge_plans

# Plans at a time, and modules of each. They mostly wait, for codes to end and keys to be read again.
readonly judge_at_once=5 judge_modules=8

# A secret, in base64url.
chance() { perl -MMIME::Base64=encode_base64url -e 'open my $chance, "<", "/dev/urandom";
  read $chance, my $bytes, 32; print encode_base64url $bytes'; }

# Judges by all plans, and closes with a table of them.
judge() {
  local number counts running=0 code=0 all=$work/judge ports
  ports=$(free_port $(seq 0 $((4 * ${#judge_plans[@]} - 1)))) || return 1
  mkdir "$all" || return 1
  # One authority and one set of clients for all, since keys take their time.
  "$target/debug/certificates" "$all" || return 1
  "$target/debug/fapi_clients" "$all" --code-seconds 20 \
    --callback "{SUITE}/test/a/{ALIAS}/callback" || return 1
  for number in "${!judge_plans[@]}"; do
    if ((running == judge_at_once)); then
      wait -n || code=1
      running=$((running - 1))
    fi
    judge_plan "$all/$number" $((ports + 4 * number)) "${judge_plans[number]}" &
    running=$((running + 1))
  done
  for ((; running > 0; running--)); do wait -n || code=1; done
  for number in "${!judge_plans[@]}"; do cat "$all/$number/report" || code=1; done
  printf '\n'
  for number in "${!judge_plans[@]}"; do
    counts=$(sed -n 's/^modules: //p' "$all/$number/report")
    printf '%-43s %s\n' "${counts:-not judged to the end}" "${judge_plans[number]}"
  done
  return "$code"
}

# Judges by one plan, with what it needs in a folder of its own, and four ports.
judge_plan() {
  local folder=$1 port=$2 plan=$3 begun=$SECONDS code=0 password value configuration
  local kind='^fapi2-(.*)-final-.*client_auth_type=([a-z_]*).*sender_constrain=([a-z]*)'
  password=$(chance)
  configuration=conformance/plans/judge.json
  if [[ $plan =~ $kind ]]; then
    configuration=${folder%/*}/fapi-${BASH_REMATCH[1]}-${BASH_REMATCH[2]}-${BASH_REMATCH[3]}.json
  fi
  local values=(
    "OP=https://localhost:$port" "SUITE=https://127.0.0.1:$((port + 3))" "ALIAS=conformance"
    "FOLDER=$folder" "IDP=$target/debug/idp" "USERNAME=kim" "PASSWORD=$password"
    "CLIENT_SECRET=$(chance)" "CLIENT2_SECRET=$(chance)" "CLIENT_POST_SECRET=$(chance)"
  )
  local arguments=()
  for value in "${values[@]}"; do arguments+=(--set "$value"); done
  mkdir "$folder" "$folder/mail"
  start_judged >"$folder/report" 2>&1 || return 1
  "$target/debug/conformance" --issuer "${values[0]#*=}" --certificates "${folder%/*}" \
    --listen "127.0.0.1:$((port + 3))" --parallel "$judge_modules" \
    --config "$configuration" "${arguments[@]}" --plan "$plan" >"$folder/report" 2>&1 || code=1
  stop_judged "$folder/pid"
  echo "judged in $((SECONDS - begun)) s: $plan"
  return "$code"
}

# Starts the provider of one plan, with everything switched on that a plan asks for.
start_judged() {
  local tries value binary=$target/debug/idp fill=()
  for value in "${values[@]}"; do fill+=(-e "s|{${value%%=*}}|${value#*=}|g"); done
  cp "${folder%/*}/ca.pem" "$folder"
  cp "${folder%/*}/server.pem" "$folder/idp.pem"
  cp -p "${folder%/*}/server.key" "$folder/idp.key"
  (umask 077 && chance >"$folder/idp.secret")
  sed "${fill[@]}" conformance/plans/idp.toml "${folder%/*}/clients.toml" >"$folder/idp.toml"
  export IDP_LISTEN=127.0.0.1:$port IDP_MANAGEMENT_LISTEN=127.0.0.1:$((port + 1))
  export IDP_MTLS__LISTEN=127.0.0.1:$((port + 2)) IDP_MTLS__URL=https://localhost:$((port + 2))
  export IDP_MTLS__CLIENT_CA_FILE=$folder/ca.pem
  # So that no module waits long until they are over.
  export IDP_TOKENS__CODE_SECONDS=20 IDP_AUTHORIZATION__PUSHED_REQUEST_SECONDS=20
  "$binary" migrate --config "$folder/idp.toml" || return 1
  "$binary" account add kim --organisation 2021000837 --claims conformance/plans/claims.json \
    --config "$folder/idp.toml" <<<"$password" || return 1
  setsid "$binary" serve --config "$folder/idp.toml" >"$folder/log" 2>&1 </dev/null &
  echo $! >"$folder/pid"
  for ((tries = 0; tries < 300; tries++)); do
    if listens "$port"; then return 0; fi
    sleep 0.1
  done
  echo "idp serve did not start:" >&2
  tail -n 20 "$folder/log" >&2
  return 1
}

# Ends the providers that wrote these files.
stop_judged() {
  local file
  for file in "$@"; do
    if [[ -f $file ]]; then
      kill -TERM -- "-$(<"$file")" 2>/dev/null
      wait "$(<"$file")" 2>/dev/null
      rm "$file"
    fi
  done
  return 0
}
