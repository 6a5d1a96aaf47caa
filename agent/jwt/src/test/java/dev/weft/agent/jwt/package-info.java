@org.jspecify.annotations.NullMarked
package dev.weft.agent.jwt;
