/** Policies that come from a folder of YAML files instead of the API. */
@NullMarked
package dev.weft.policy.server.folder;

import org.jspecify.annotations.NullMarked;
