-- The rows of a provider of version 0.1.0 with the migrations up to 2026-11-30-120500_buckets, as
-- they stood at 1795438800: Berit had logged in by mail and been remembered, and a code of hers was
-- not redeemed yet; Anna waited for her link; another browser had logged in and out. What no login
-- writes was added by hand. The secrets that belong to it stand in mod.rs.

INSERT INTO accounts (id, username, subject, organisation, organisation_name, claims, password_hash, created_at, password_changed_at, disabled_at) VALUES
('a202100083750', '202100083750', 'sub-202100083750', '2021000837', 'Statistiska centralbyrån', '{"name":"Anna Andersson","preferred_username":"202100083750","email":"anna@exempel.se","email_verified":true,"phone_number":"+46100000000","address":{"locality":"Örebro"}}', '$argon2id$v=19$m=19456,t=2,p=1$ifXbpFbr6wrKwlfLHxlNUQ$lNcp7B5MBCdPqafO19BnzFkfKDGxRHGRGBVaRaWNPbk', 1795438800, 1795438800, NULL),
('a202100083751', '202100083751', 'sub-202100083751', '2021000837', 'Statistiska centralbyrån', '{"name":"Anna Andersson","preferred_username":"202100083751","email":"anna@exempel.se","email_verified":true,"phone_number":"+46100000000","address":{"locality":"Örebro"}}', '$argon2id$v=19$m=19456,t=2,p=1$xoBIig10sjPcxFZpZYnvDw$XJ0cOi59wPsRSi+CfN9aaZvTur7ugkgLk29CB5Cw7Vk', 1795438800, 1795438800, NULL),
('a202100083752', '202100083752', 'sub-202100083752', '2021000837', 'Statistiska centralbyrån', '{"name":"Anna Andersson","preferred_username":"202100083752","email":"anna@exempel.se","email_verified":true,"phone_number":"+46100000000","address":{"locality":"Örebro"}}', '$argon2id$v=19$m=8,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$zLSSlLxm0gnL2+1UQBTZLJme35ZfRugu6JKaBooqK0U', 1795438800, 1795438800, NULL);

INSERT INTO parties (party, organisation, organisation_name, updated_at, deleted) VALUES
('202100083701', '2021000837', 'Statistiska centralbyrån', 1795438800, FALSE),
('202100083702', '2021000837', 'Statistiska centralbyrån', 1795438800, FALSE);

INSERT INTO contacts (party, role, address, canonical, report_enabled) VALUES
('202100083701', 'company', 'Magnus.Lange@Scb.se', 'magnus.lange@scb.se', TRUE),
('202100083701', 'arrivals', 'magnus.lange@scb.se', 'magnus.lange@scb.se', FALSE),
('202100083701', 'dispatches', 'intrastat.test@scb.se', 'intrastat.test@scb.se', FALSE),
('202100083702', 'company', 'berit@exempel.se', 'berit@exempel.se', TRUE);

INSERT INTO party_accounts (party, username) VALUES
('202100083701', '202100083750'),
('202100083702', '202100083751');

INSERT INTO sync_state (source, watermark, full_at, succeeded_at, applied, brake, brake_at, approved_at, parties, addresses, ties, held_parties, held_links, held_at) VALUES
('test', 1795438800, 1795438800, 1795438800, 1, NULL, NULL, NULL, 2, 4, 2, 0, 0, NULL);

INSERT INTO leases (name, holder, expires_at) VALUES
('signing_keys', '', 0);

INSERT INTO clients (client_id, client, created_at) VALUES
('01lg8e6g1qiq5ptaupasjgp460', '{"metadata":{"client_id":"01lg8e6g1qiq5ptaupasjgp460","redirect_uris":["https://rp.example/cb"],"token_endpoint_auth_method":"client_secret_basic","grant_types":["authorization_code"],"response_types":["code"],"scope":"openid profile email address phone organisation assurance offline_access","subject_type":"public","id_token_signed_response_alg":"RS256","require_signed_request_object":false,"require_pushed_authorization_requests":false,"dpop_bound_access_tokens":false,"tls_client_certificate_bound_access_tokens":false,"application_type":"web","first_party":false,"require_pkce":false,"access_token_format":"opaque","client_name":"Appen"},"client_secret_digest":"sXeyj3n98z2E0WmTJHzMdnm9GqirD1V0Fk33N_Kdp4c"}', 1795438800);

INSERT INTO signing_keys (kid, algorithm, sealed, state, since) VALUES
('VGfjy3XPmR8hyWvO8tph7N1d1iCbjfhZnEdgNOoes1I-RS256', 'RS256', 'eyJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiZGlyIn0..HuFVL_KwlPjqyCBy.s9cA2ZVoL7lhpDJ2bDb_h1i9J3q-HxhdTKnApcwVhz-DTsvUxfMs-Gl4lKBDa0yzlDJUme6Rc06_MlWDHqqSpiOJFeyhDxM774PeKgqeJ4IW51CQU0EtROvZy5MGmV-bFuHkBB0h2TnoYaeJLFehO9G40Q-xSqWH1YQVVVNh5Muvoocq_8p_LiaVO7HrMcWmn063pVoEFqfA6r8KJ35HhzcFuYhCw4F6CH9uU7GEENEtv1YU2u3ZqUx6DGsz-UqLcYgV73cQqWRaQ71fUvW99KZNcIkIjjety9aNF7CLZ3omFudgc96zznVNPWrBfVmEcor-zpngKroer5TeVHxurDImu6W9iWnuYdAgMRTqHjNfuAksnrX2ya-gAdMwvxfEiLyhgHVAahRyDR06I1aIRmpCskK2q2KhJ6RUmnkp8Ev5y2aQiakPCz23Xk2opxYOINrTqO6G0s_o9-UzQanIAPzW7dFr2CglQoEa_BtHKgL8pyZyb8fbC2YqEUqgusPnLvKi9yeQS-k1OomDtbVv9_-xJXbs3aCvyNFbf2hxW64ljqlZQeEpnbOEFi72OWQr5wmhXhleUbuwaL89KrHj3NCDh-afiELySvCJH8Unw8WoBnmVWTdg7alQaUmTNT8zz5rx1HgYjTmopSMX-YWtJFC6HdjTDjkHCrx2ytFXn3UYnw12kjfwqw3kW5sKMNdKZloUhP94Y4hrj09589h9jHqI4_9RG6O_-rEvUiF2d3iFvkuOYoaP5HhY88kblEF1Fh2grnNtcVQBHXTtG3FgJb5mxpd-qk1VK13V5S6Vd7ARvoy7_0BjAMrKARjzXb-qZyzVYmAnXpmp56d0kL6h30PaCxghz3tTKBgCznN-3LMSNfbfl_tG-zLohbwZsMRsXmKj6Cl7Ae1ynCL7OkgbiGAp9ehpKf0arH8F6MUEnrN1oF8Kz_zP0wzIzvr1pU0Xgg3GXmpBXwS1tAIkdhq9XV_uv4YUwlxmXe57I69WuZflap2oKIn-QX-kUXppPPLDpIQMwb0E0MHDd26EBtVyrWKHmVI-v_yhMPaL8hHGkv-4HA5j64qmcrSO90Gh6nkcZxcmX4I8sHnQ0dgM83XoSIBSiq13VAuUFtH_3dg3zxIA2RAutbJgiptFsEVzBISzWEwVO5JE4tfC2CTKd7bJ0WgVfSK1RgbESgddLzGUNx-C7jOUNXazy8yiQjDBKo1UDMWKOmQ5FukhrC0X-x9JrAnn4BxFjQdthw9m0TSZZPXZNZ-APp4s7RpulYartAfP4GKwCE1rmAmPHWyGuYSej1JMbucs8HqznCvq81eoi7nOgQWKrRITxEKK3ZfaNDhuFSwPArh78V7ZQvGt8HcqhFlxUEr_75gaTyBcA7AVDYo-cLYS3U9sm4MswJNY6iCHds3eS4Yk1GTyMKYEm1bwr1GTdj0lDBb8cH7Hgud2poqep9zOijcFFlQAY7rm29y4PtXlx8Y99_PB2D4-sTEGMmmujkNB3q--8Ui0kpIk-Wl9ixu76bRb5LrA5J2WR6AeNS_sSUsHVE2wSK5zF91SHcrSnTnje11s8Zf1SewZJ9mtB1JFTI7bGWXCtyIeS2M0p8Tvv1wkxCzXWkhbg4OAqFmxeBOd2k1PmggCumTiMrxsY-dNWx0uDOOt3DXLwR2gxliy2iwoCMIwdEzd1ZAUJtQwlACeqE3n-I4xIhMW-62_GJg0N5rnfgqfWoFwoa3LSxun8apISyC1OFyfRfqp3pauMq8TKyJEf9HH6w0AvC19nj-tH9dsw0wyq8vfy3aN47uB8GEUU8YJY5CY6n6oy-4kaWLNigJBz_IGdAR5cmbbnrptTvwyuYRDCjXD6-A2q-WOL61m9xXk-BHAApsU50KnEDX7V6fJXLqLjP_UlgkQ5m5ldNU0tbcHTBrVnqKnhk9wVhBC8kDiJWohQjoq9xOhbMQoWS1FCZp21jnipaNa60rnHtwm8pZmjC9-Flh1JUllxz4kFh1WjTKpsoJFaxm7z-cCCLvDn9FE6a9XeHe5kvdhPezFwSpngFkpyXjiwHu2U1-zzzcHmGefMWU-FoNnxUBtPlbl8nE8LpC4h2pGWIdjMAk-VF5PvjXndCrSJDKSRD7ISuIMlVI0e-bKvpRqmja-jkUyhltq-zhLBOg0yZP__VWRHF0Bu_FWjOHr0p0Xo9YRncAV7S0wlYL8kECjqEGN36Oy53txTSSgtoSorhea9C4xsI3CtqfFJmIPnqokB7QWwO6TPh94tZiMX5UwRj-3nGZf945RXWfvP7o51oOnIo_pSpNCoTdKZg6Mk7qIsv7rGtIpNywmi4JndnmUXSCR8VNhB4UUa86NDE4P2PYKsELI7opLkmqSt27qsxfcnIJapEXsYSU90HWSA6ntEjU63OLuIhCN-Pd86GrZLjNqO0vBp_tk2Dc_MY3I81mPrW8CmhJ-Q-QBqyY_a5j-uMOxJdcx1HwUyEPPR97nlpz12viW7T6dW2OC7gO-BukcVhDhhuJSM7LBhv56g8-q8lw76tAkoBZXpDwLre2agCkuGC_sagawE64Ls5eXRw_b4-OtFDplPawdeYuYuoogAHP8gISlAi0doY37Qy7Q9g6Z0OOxB3U5eqvKuSUhdZ9pkpo7DwGvJTj6ut2ImVipoMghVnaokGT1iHRsvfg7KKbEZ_HfUS6WErtuG5J0xZul4FxtIu2ARBTG3DTrXbYeN8yb3MfULXtO2dsMrRJQvFWGOqnGLAWAqkpmIVBwMTLGq1yGuoyUh2R80F4h22ed3eXInPg0WxR-Hit1jX6_ARdXhoPKXBtMVjtQBH7i2Xg_C7oGpySSlJTZUEG9mJRSUDCOQfysYSnAv4Tkj9owfRF8kYyy67CYITY3Pep9f2s6ayzK2ug85lqCe3B5D4_69fIjkc0-MMGWc3ajQh3cMtuPdzUM6rkVBTQ00i6Kh6wK_mXbt0CZQgVhxT9bJdlz06pcRuGFILJ7GKGCMlIuz18yVZE0UvOCjALTQuvZBw8Ydki6cB8x5PNKuwyCjY99KoZYArJlU6n8PsWFKt7Ydw7BqT-6hTOh-P4mrGDRk_kuwrS6knR-5jdXoByAlBJeDd-BLzBMNUcOnKI1eOmvTTWiY6c9HLA9R-MMtssp2zXOItdPe58PGl3rBb8xTN-uxVDUIB_729xBomPPJ55vAwQP_xL3G1dtiLRS9Vtt45GiZsn3Nur8Y78_M3h0tr97D5sEApxRjpNYISrbFFkVApMyli3apdAr4dtGeV_GE7YRD5MTn4fQWmyj6cZRsw.IfRQVm2OI7eQ1QeVLOPqvA', 'active', 1795438800),
('gsdDzIKE7ynQsOW7HdCxTeM3f_J3FZ_ckV-SOl1IpFg-ES256', 'ES256', 'eyJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiZGlyIn0..rVGn5gqgMo4GI2Hl.b5lHk9keva37HvNIzrJKGBKL-Gu0AztnzZs1ISs-ZA7EX7sdgf03aTwqYhgTUw9henAstIQpbM_tDVWCB4w544C9O3rNNbQnSUHy6dtkZlnGGZ5Xqum7trNIc6AFcEyR5JTHOijb5m8do4fjZzgaUWc3vng7YF_pyOLubOEaraHSA6Re6Z6iTzZQg9HagO7rpSfXAH9GM4h-H6Z_ZflAm3nLKzP31P5mSf1q6Ah62VhQHBvkUHzgZeW88sm_9h4vdv9g9jd6Ln8zDNxCunGbAQ23hmpTZW2RBd5b56OwLHiIjPysHorA_CVFDqGLSxoqTJtQUMQ8_WCshqh_LcREUbCZxkw.HzFiSEmFlrT1htndYivcCQ', 'active', 1795438800),
('s64F2L-juNNQRjFWADfms6Jo-rGaweC6DdKRieQtl5I-PS256', 'PS256', 'eyJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiZGlyIn0..uAFYPDz6etnLsVI4.phPrdxaFh86nfdZiRJnNk7khVYmtju20U4umleGSc3E82vrpAVaV9TPQCwlnt8F1LUVR5IDYCT6DYNrH5t_9_izI1GnfJ2kSJlOVkNtuDFGUkj7d-LoRfwvRuZPy_euBU8BJZbYM9Yk03Bkw_nnIYTYP_pYcsh8-LyIZkQYpnHeOhgUmSdlwbtxWIao2HyFYcoFfD1gALUDLqaxfSjEISZ3cN9-UP34YMJzdtca2GZOWDVqL3fhxC1yk5SkCV63l-Bhj5WJgDidEN9ldnocOUc3N_yjFtf8vHiXvt5j9ehnp9QzEaZqPrW32Ah3OzyM31HrxZ97L3FaJfNufFmo6mIoaSp_Wo1iA779iUcDk-pe_qKRbMAb7UrmDhM4wFIVLmF1CFYwRLDZEmvvaUf4rcTkKNHO19bfO3b_PBd5FUKvIewBODTzR3IGOR1PA963x7N1f7ff9HCqjVst5mV_X1Al718wVGjFgdfhK6qQ1pZzHnccW3ca2AxzTReWP6IXVQTetsUvssxuRRcfmkeRbpxFL8Mli7jJSkI1ryHpuS25UOKfwd8EEI5_xoFSyriEKa-TRACow2ZiNzYEwX4dl0GX4_v93uQDLEIuwKTBRnMVP788TpLFK3PXskeyB3sZRT1-Xb0RQOiuQZQlSxMVBb2lbuoM6zrRZjZKdt2jM8NoA95P4x_5ZKhGhOPT1ZFIiFujTrhskX7BbrduCkorXX3PQV_gfU4sf85v77NQmF7EXdkzRjQjLGU7weCdS0kSQTX8w5_GeA42bIpgORF01xsgo_0ldhX-0wOEEfPTyIaoQKyvgjYjTmCcrctIv-yjuoOjq1MfcK0Om35E4Re7JM3fx9z15X9mAjiM0Z2Yr0S-tYwpVqyJ5B58sMUE_Pd48s6biLX7sHfKQR5xmDN-K6O_uzuUWB9qcBd53_Ns9Hh8cO0zt9fv8QdwWy_vNuLzHDQo86scbsTqBGaUmOgf-QAU0hfEinGQ-6uW1zp47F6rf23QpMGLZwE775cpKHx-zssCbOf2cUbbVdFoePN2TzCgAf7ul1chJKWbE00oZ3GeJ9W9s7N4VngMEVe6UIsl_gbmBR4FnJFFjO24XQYJw9oR0BzkWmLlDixcycqd29xQZcNeAWkX24pwCrfB17mKTYGnoH5POhA_MPUW-bVv5O3mXhC9ov19ZE1bcy2PNa5uEqbkgeMyRzWLxIfqVUZzV2NlXeCPljKbf1g4DmO_rLMLcBGHC_nLD2XMlo7zYk3luolad66VaJWsJ9pwMf0P86W1sLOM2pctBlo2t1GTDOUwN_l2Y8wZViRUed-ZSIW04ZCHN0Tlu9_SyyTa7PoK00mxASrjDeGbhOWE_W3Luk0MjTb6F_l6XbN8iGgDra3_8uwxL5Ur8vZ0ZM9tmNHUsqyh6nVuH3tkDQd6lDLjFm2ygLlwLPXeobT0WdASgbodjUZTgbrukHwcA8eD03ModFrMBzddIFHBLJhvhNP5LwD8IMHtpeowNHaqVHbmlZFxCELKSslPFkmEMeH8wYsuFyJaVJh1DnxrFJKE-t8k665B6XW7ffFBcssjYI92Q3UyLzlPR-zdmrePlZwou_9echm4tiamo5YQDitp_lFgN_mfIoV8j8Ta6EVqXroBERB3P6XHD2ctC8OMaR-7vncJ3LkSBR0pwPSLZURzr4AomojkCYPjZgQRpSNmdZrTa0pUP59zGUDuH38a5U2GpCPd5clRnCmQOj2GOXQzxHr6HRNZD3Dk-HyFdeFhcpNV3R05NyrA_bXM8PwBqt6Ho5lw4QgYzL5Ub49WbRvermNMzXx_KPB1G7y8h0LUf5eZMDfUX9g2iqlnJSNokOztgd7S2Dbl6bLToOLFi9MKiPDCBVn-BRLjv9sb6cNONPznIMmiIwyPW-OEJnCdAfSFT7t0iBZD9-1CLr6z41azRbGRDOETFc7Gkaq6qWI51afNVLyL6f4SkXbKj9tOT7puxOdOR2B01Dtz9r7rul4BeWBO5D38Ou4iUVi5lKZ5VhZNhhnBea_oX-Vch8_14Xw1UHUvqhKCSnGdDCWFCJ_zIGAOhfupdoI-IahDU76ZsiL9S7zyJkxFgmpIAnCB1-LjvkhaaiVLabMj8cVi3PAtSNLr7lZcR6S4sYu5D3bZmaN27Qw_eMqGTiVAkAbE-HZUx4UWErrCs0-AruhUQmoAIvwmGrm4uUytYspSNDhff7Hk7DfL6OKLFVGwaiXNNV7Ntt8QZ5Ss35ZnXhDplIJxOBU_zSi479j4klRrwwcIJLtRLfp4AhZOBep6Qq79SS73M23nhlmNxHmJlv0bgWLvt_PhLOM2bLV9TiKUHqGucPTZI-aqzoLdDR6DWtUxb_VesSIyvXS-E_bCgNHQrXiskRHV9Jyny6am-tQSJZXNbTppCQnh50lKh08o2wIlf74tQYythHFtdODOR5AS-T8JhveuXE2BB8jczVwgP56ktImURn0fiGY4zzdeSWn4XowPVD3apmjK7yUwMpZ5kdrlmvJDkAX5cKTpggb09PtS1rYY8NHarY9wK8Yak71_-jOB_Xv-63l7shDIDxSsBC9SeNV9eGPo5pslmqXo999jatFPvs4N2Scn8VX_yLxRM1X9_gKp8KYBBs5cI3T2JSIojIgKp0LsjbhiyJgEYPyDf1xJ2hAxDSweM1x3KFqf_kbdPgIiyfGopSg8NC48wc406AoiLMr_KXh-hi20tinT6BbZYnyreaMbhp8tynT_sF0bOeUpaP6KJ808FZkgRarR7rvnz3fEGyGRs_8BgvpLOLddHCv_HFsjWHgeBjYPIq1_tPxLO_H89JY2F2R9cGkULlMJATPvwDIlnn_RieWTishtOkrSdsVQ9dfOGXM75I7koTI8tN4IArEKh-qGDPQVDK9UWV_Ju4SvAS0u2HKaAKXkF3NvBuOUTOn0cd0gtsQwqvlv4hVon04KxI_UPdzMuBEb0YTEow1w6_tCiyBa9KKobRWsao4xd6TOFlOh8lWZ9FUiuw6vGk_Gsfqx83_9pvliXIy_ooIuv23q0aVeHZ1mqUvDN-4ymoRaTiCBzoEb676b7xj5O_F8fqSGM2WWhN_pjPTcm7FBcV0s6joi0787E2MSA3jeHO555vF4casDieGGUOcP9qdky2QqSg00yvb_qTkIDU6pRcq2at0Ro97ixxreucirBc2xx3trRDl7cWhjCO6cgrTxwl1i3G1FXVfeYs19Vyt1KQUenfxSX7Xxh0x66eW9CC6Tn3RnaLA0EmSkwU3MkBvZYCzbTiphCYzBpnQ.2EYujLHlIs3HYcjpRdMF4w', 'active', 1795438800),
('rSGgqEJrNwJReIfzzwJRyIkBYTBjhC2_RXBlK5FJfvs-EdDSA', 'EdDSA', 'eyJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiZGlyIn0..g37IxFCERdewUCvS.Gr9VbVB7SX9cZBgpx8AL1gLOR3Fj5dix7BsX0Ez9zgrp3qROgHyJPqShPffdo5k36phFkVnX9T3NJzRTgQaTU21mQ7a1Y-PJ3zQQOux09Kp9u1fD6WkmMmohxPQWSVV7jf4MZrJoRofMjATOiUdsr_5BAXTcJhCTtJoHazSYAC0T1sPAQ4eEVkrbh-LAFHJ-_F_ENa-N5H9XiF9IVoyPIpCibMulAE__wCbzrvibfOds59mTQf1eEiqvFbKB7V1j2KHLYKYp7Q-tejNVOLHNwjeJPhls.ChHRBVjTZ-owhiDEt26J_A', 'active', 1795438800);

INSERT INTO sessions (id, digest, account_id, proofs, created_at, seen_at, ended_at, logout_queued, review_at) VALUES
('01lg8e6gj86gbt377rqq3fq1hc', 'gsOxUAWBes3DjhZm6bYfZcI1f06tTNJZ2U6X8HWlIzU', 'a202100083751', '{"password_at":1795438800,"email":{"at":1795438800,"role":"company"}}', 1795438800, 1795438800, NULL, FALSE, 1795611600),
('01lg8e6g7tji04i68ui75ic6us', 'bSlUVVg6bmPEIrtl3e0s_HqhRc8fMNksM-7BdwIT9zg', 'a202100083750', '{"password_at":1795438800}', 1795438800, 1795438800, 1795438800, FALSE, 1795611600);

INSERT INTO interactions (id, browser, client_id, request, language, agent, reason, session_id, account_id, proofs, remember, wrong_addresses, started_at, expires_at, ended_at, ended_how, version, pushed_request, network, successor) VALUES
('01lg8e6go4h6rtncpv2cla6dfc', 'A7cf2krHt9ETyJx3mD3wFrH8XgQxQUJurYYGDy7vhOM', 'idep', 'client_id=idep&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&scope=openid&state=st-1&nonce=no-1&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256', 'sv', '{"browser":"Firefox","system":"Windows"}', 'first', NULL, 'a202100083751', '{"password_at":1795438800,"email":{"at":1795438800,"role":"company"}}', TRUE, 0, 1795438800, 1795442400, 1795438800, 'completed', 3, NULL, '192.0.2.0/24', NULL),
('01lg8e6gjmm1mcuaf0miii2et4', 'A7cf2krHt9ETyJx3mD3wFrH8XgQxQUJurYYGDy7vhOM', 'third', 'client_id=third&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&state=st-1&nonce=no-1&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&scope=openid+email', 'sv', '{"browser":"Firefox","system":"Windows"}', 'consent', '01lg8e6gj86gbt377rqq3fq1hc', 'a202100083751', '{"password_at":1795438800,"email":{"at":1795438800,"role":"company"}}', FALSE, 0, 1795438800, 1795442400, 1795438800, 'completed', 1, NULL, '192.0.2.0/24', NULL),
('01lg8e6gps94790rjt6d7v1ps8', '84-YIjaXv6xC_XK1dFZzMD3ovYMKGbN9m6Jpm-QWCzs', 'web', 'client_id=web&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&scope=openid&state=st-1&nonce=no-1&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256', 'sv', '{"browser":"Firefox","system":"Windows"}', 'first', NULL, NULL, NULL, FALSE, 0, 1795438800, 1795442400, NULL, NULL, 0, NULL, '192.0.2.0/24', NULL),
('01lg8e6gs005a3gbsm1emv9cck', '84-YIjaXv6xC_XK1dFZzMD3ovYMKGbN9m6Jpm-QWCzs', 'web', 'client_id=web&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&scope=openid&state=st-1&nonce=no-1&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256', 'sv', '{"browser":"Firefox","system":"Windows"}', 'first', NULL, 'a202100083750', '{"password_at":1795438800}', FALSE, 0, 1795438800, 1795442400, 1795438800, 'completed', 1, NULL, '192.0.2.0/24', NULL),
('01lg8e6g44dvpm2m6bjsufdc8o', 'XDaKVmMWxytZXQtvoI_RNI5zBCFdC9D2nMzK1qhs63k', 'idep', 'client_id=idep&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&scope=openid&state=st-1&nonce=no-1&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256', 'sv', '{"browser":"Firefox","system":"Windows"}', 'first', NULL, 'a202100083750', '{"password_at":1795438800}', FALSE, 0, 1795438800, 1795442400, NULL, NULL, 2, NULL, '192.0.2.0/24', NULL);

INSERT INTO links (id, digest, interaction_id, account_id, address, canonical, role, issued_at, expires_at, used_at, void_at, network, known) VALUES
('01lg8e6gdpa10n9lrpg29ibmj8', 'LNWL94BkFPiVBUo5Zc3XSIpsmmiyTHdKbWlhQRbQyAc', '01lg8e6go4h6rtncpv2cla6dfc', 'a202100083751', 'berit@exempel.se', 'berit@exempel.se', 'company', 1795438800, 1795440600, 1795438800, NULL, 'hU6Gc9Er8yWAy6kn0nWa28CytG0P454nC0uYmruy5Mc', FALSE),
('01lg8e6ghgvkgs5qd0egrj4rpo', 'Oh2MkWJxJkK6LG8s2pWcqWrn9A1mepN4O0TMwlWUui8', '01lg8e6g44dvpm2m6bjsufdc8o', 'a202100083750', 'Magnus.Lange@Scb.se', 'magnus.lange@scb.se', 'company', 1795438800, 1795440600, NULL, NULL, 'hU6Gc9Er8yWAy6kn0nWa28CytG0P454nC0uYmruy5Mc', FALSE);

INSERT INTO remembered_browsers (id, digest, account_id, canonical, role, completed_at, expires_at, former, renewed_at) VALUES
('01lg8e6grjnd87ra03r5u7ij6k', 'cGYurplUvLKE48UEZ6aCS9mOQviZxHRZ_dJESYYtSnY', 'a202100083751', 'berit@exempel.se', 'company', 1795438800, 1797166800, NULL, NULL);

INSERT INTO throttles (key, account, failures, blocked_until, updated_at, drained_at) VALUES
('0S7Ba7Grkyx7G-OKuzUe1q2ye5k4WIFy41hCxQEJ5HU', NULL, 2, 1795438800, 1795438800, 1795438860),
('88fIPwCERD45seard0TtlkcN5AvsEeJWWr6pB_gO0Kw', 'CVtqKa6YNoernQrBWRsqK3iUi5dPfwzoKc5QguP6M7E', 1, 0, 1795438800, 1795438800),
('hU6Gc9Er8yWAy6kn0nWa28CytG0P454nC0uYmruy5Mc', NULL, 2, 0, 1795438800, 1795438803),
('Wf9a90Dl_Zqg-0lZwapL4K3hoVqUQmY94_0h5warqXs', 'CVtqKa6YNoernQrBWRsqK3iUi5dPfwzoKc5QguP6M7E', 1, 0, 1795438800, 1795438800),
('gDyM2BIH9vfVuq7BnoD-Fhi6yw_zraF6cT1BYYqJWbc', 'CVtqKa6YNoernQrBWRsqK3iUi5dPfwzoKc5QguP6M7E', 1, 0, 1795438800, 1795438800),
('lrLGR5-DytvlzSHmr3WUImwgwbCDCqAmFEcM8b_Sik8', 'CVtqKa6YNoernQrBWRsqK3iUi5dPfwzoKc5QguP6M7E', 1, 0, 1795438800, 1795438800),
('_in_ivKLU_11o4hSn1Vp4q99GXfWrNXKCmWYePtVmgc', 'uP4ajOKEX9B8C2FDcvNV9JuhpJFxMfO2HeJnJv9nj0o', 1, 0, 1795438800, 1795438800),
('a0tgQebvJgL_-ggnv4JpVJcHZg685_nns7rlCB9JHZk', 'uP4ajOKEX9B8C2FDcvNV9JuhpJFxMfO2HeJnJv9nj0o', 1, 0, 1795438800, 1795438800),
('j-kqzhLiPPe6Qd4NAdTuVrvP1DCAQhiJThyCjEAarbE', 'uP4ajOKEX9B8C2FDcvNV9JuhpJFxMfO2HeJnJv9nj0o', 1, 0, 1795438800, 1795438800),
('qKk6tnQfsKonJeEhj92nrkJyE_SjsyfaomV4al_DG9o', 'uP4ajOKEX9B8C2FDcvNV9JuhpJFxMfO2HeJnJv9nj0o', 1, 0, 1795438800, 1795438800);

INSERT INTO outbox (id, kind, link_id, account_id, address, language, payload, state, reply, attempts, queued_at, changed_at, next_attempt_at, expires_at, holder, domain, topic) VALUES
('01lg8e6gvc9mrp54uhanu5vuv0', 'link', '01lg8e6gdpa10n9lrpg29ibmj8', 'a202100083751', 'berit@exempel.se', 'sv', '{"application":"IDEP.WEB","username":"202100083751","organisation":"2021000837","agent":{"browser":"Firefox","system":"Windows"},"started_at":1795438800,"number":1,"expires_at":1795440600}', 'sent', '250 kept in memory', 1, 1795438800, 1795438800, 1795438800, 1795440600, '', 'exempel.se', NULL),
('01lg8e6gos54n9886nhfrjad9g', 'link', '01lg8e6ghgvkgs5qd0egrj4rpo', 'a202100083750', 'Magnus.Lange@Scb.se', 'sv', '{"application":"IDEP.WEB","username":"202100083750","organisation":"2021000837","agent":{"browser":"Firefox","system":"Windows"},"started_at":1795438800,"number":1,"expires_at":1795440600}', 'queued', NULL, 0, 1795438800, 1795438800, 1795438800, 1795440600, NULL, 'scb.se', NULL);

INSERT INTO consents (account_id, client_id, scope, granted_at) VALUES
('a202100083751', 'third', 'email', 1795438800);

INSERT INTO grants (id, code_digest, client_id, account_id, session_id, offline, facts, issued_at, code_expires_at, code_used_at, revoked_at, review_at) VALUES
('01lg8e6gqvpcri4tpvnaicplu4', 'GGxfs5HPS2xIXAk1CVEGmYEJWV7hidTxsnuYctun8Ec', 'idep', 'a202100083751', '01lg8e6gj86gbt377rqq3fq1hc', FALSE, '{"redirect_uri":"https://rp.example/cb","scope":"openid","nonce":"no-1","code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","proofs":{"password_at":1795438800,"email":{"at":1795438800,"role":"company"}}}', 1795438800, 1795438860, 1795438800, NULL, 1795525260),
('01lg8e6gbvt2tnm69u57l2hgpg', 'aD32o8titZsqENIH2n199ZLr_hE-pNw1c2gkXBDAurA', 'third', 'a202100083751', '01lg8e6gj86gbt377rqq3fq1hc', FALSE, '{"redirect_uri":"https://rp.example/cb","scope":"openid email","nonce":"no-1","code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","proofs":{"password_at":1795438800,"email":{"at":1795438800,"role":"company"}}}', 1795438800, 1795438860, 1795438800, NULL, 1795525260),
('01lg8e6ggc8rb1gr1q3bau7c14', 'xTNqKidd6tp4kZcm6ypI9wj-Ce6tG7a_-Ni8xrd5eG4', 'web', 'a202100083750', '01lg8e6g7tji04i68ui75ic6us', FALSE, '{"redirect_uri":"https://rp.example/cb","scope":"openid","nonce":"no-1","code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","proofs":{"password_at":1795438800}}', 1795438800, 1795438860, NULL, 1795438800, 1795525260),
('01lg8e6g12kegg8trv3qjfo6a0', 'tSdO0weIaKykWhWifrH1T5TASJKv-21j-C7weHYzvzc', 'idep', 'a202100083751', '01lg8e6gj86gbt377rqq3fq1hc', FALSE, '{"redirect_uri":"https://rp.example/cb","scope":"openid","nonce":"no-1","code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","proofs":{"password_at":1795438800,"email":{"at":1795438800,"role":"company"}}}', 1795438800, 1795438860, NULL, NULL, 1795525260);

INSERT INTO access_tokens (digest, grant_id, scope, audience, confirmation, issued_at, expires_at) VALUES
('VZJ_JRw1-LM_BEO1uI7JJadRfhDkZvYsXejz2zYhfOI', '01lg8e6gqvpcri4tpvnaicplu4', 'openid', NULL, NULL, 1795438800, 1795439400),
('6VWEpz3pmEFY_ywo2g0t8-igkUW6vA2lSfByEi2yLCA', '01lg8e6gbvt2tnm69u57l2hgpg', 'openid email', NULL, NULL, 1795438800, 1795439400);

INSERT INTO refresh_tokens (digest, grant_id, scope, confirmation, issued_at, idle_expires_at, expires_at, used_at, successor) VALUES
('v2V_YPkm2lCipjhsFwSxCfqIIkXAf0wE9JakOeHBCuc', '01lg8e6gqvpcri4tpvnaicplu4', 'openid', NULL, 1795438800, 1795482000, 1795482000, NULL, NULL);

INSERT INTO pushed_requests (digest, client_id, parameters, expires_at, used_at, network) VALUES
('zdaCeMTqoYw2s5Ul37_HytjgbLLQnNzrGtwEeKIUGnw', 'all', 'client_id=all&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&scope=openid&state=st-1&nonce=no-1&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256', 1795438890, NULL, NULL);

INSERT INTO registrations (client_id, token) VALUES
('01lg8e6g1qiq5ptaupasjgp460', '00fEEXjdAeG16VyftR9_jw-YEknwAUOWKNoVHK5YCy4');

INSERT INTO device_codes (digest, user_code, client_id, scope, issued_at, expires_at, poll_at, interval, state, grant_id, network) VALUES
('yGv1G7QGCensImGnJVuwzlUU4UnHs4M1g8-rLNlgSMM', 'Te44YpyfnnjPYBnJlgPEGk9LwEqBo3ZtFt8cu2Y7xAU', 'all', 'openid', 1795438800, 1795439700, 1795438800, 5, 'pending', NULL, NULL);

INSERT INTO mail_times (key, sent_at) VALUES
('u7hLv0gM9vmlqeESmhDyaR4Gy-aBWg8NhL_NkJDQbNk', 1795438800),
('i1kOxVHjmHvGIOptFv9KPRuC6U1ZKWjWGhj8l1k5xco', 1795438800);

INSERT INTO static_clients (client_id, removed_at) VALUES
('all', NULL),
('eddsa', NULL),
('idep', NULL),
('public', NULL),
('third', NULL),
('web', NULL);

INSERT INTO password_parameters (parameters) VALUES
('$argon2id$v=19$m=8,t=1,p=1$');

INSERT INTO accounts (id, username, subject, organisation, organisation_name, claims, password_hash, created_at, password_changed_at, disabled_at) VALUES
('a202100083753', '202100083753', 'sub-202100083753', '2021000837', 'Statistiska centralbyrån', '{}', NULL, 1795438800, 1795438800, 1795438800);

INSERT INTO account_parties (account_id, party) VALUES
('a202100083752', '202100083799');

INSERT INTO quarantine (party, cell, reason, seen_at) VALUES
('202100083798', 'company', 'not_utf8', 1795438800);

INSERT INTO sync_losses (source, kind, party, name, lost_at, total) VALUES
('test', 'address', '202100083702', 'arrivals', 1795438800, 5);

INSERT INTO used_ids (key, expires_at) VALUES
('C6c5sWbNh4ZJpWsGIqYGcxmlRFo5qDmFLNWWZ1fLDqM', 1795439100);

INSERT INTO logouts (id, client_id, account_id, session_id, state, outcome, attempts, queued_at, changed_at, next_attempt_at) VALUES
('01lg8e6h00000000000000000a', 'web', 'a202100083750', '01lg8e6g7tji04i68ui75ic6us', 'told', '200', 1, 1795438800, 1795438800, 1795438800);

INSERT INTO outbox_holders (holder, beat) VALUES
('01lg8e6h00000000000000000b', 7);
