/**
 * The resource kinds of the policy language: which there are, what one looks like, what is wrong
 * with it.
 */
@NullMarked
package dev.weft.policy.model;

import org.jspecify.annotations.NullMarked;
