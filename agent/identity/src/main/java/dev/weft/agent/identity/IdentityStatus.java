/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

/**
 * How it stands with this process's identity.
 *
 * @param spiffeId the identity, or the wanted one as long as there is none
 * @param notAfterMillis until when the certificate is valid, since 1970; 0 if there is none
 * @param epoch of the identity; 0 if there is none
 * @param lastError why the last request for a certificate failed; empty if it did not
 */
public record IdentityStatus(String spiffeId, long notAfterMillis, long epoch, String lastError) {}
