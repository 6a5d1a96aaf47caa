/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import java.util.List;
import java.util.Locale;

/**
 * A kind of resource that the policy server knows. The constants stand in {@link Kinds}; two kinds
 * are equal only if they are the same object. Immutable.
 */
public final class Kind implements Comparable<Kind> {
  private final String group;
  private final List<String> versions;
  private final String name;
  private final String plural;
  private final List<String> shortNames;
  private final boolean isReadOnly;
  private final List<Column> columns;

  private Kind(Builder builder) {
    this.group = builder.group;
    this.versions = List.copyOf(builder.versions);
    this.name = builder.name;
    this.plural = builder.plural;
    this.shortNames = List.copyOf(builder.shortNames);
    this.isReadOnly = builder.isReadOnly;
    this.columns = List.copyOf(builder.columns);
  }

  static Builder builder(String group, String version, String name, String plural) {
    return new Builder(group, version, name, plural);
  }

  /** Returns the API group, for example {@code networking.istio.io}. */
  public String group() {
    return group;
  }

  /** Returns the version that resources are kept in, for example {@code v1}. */
  public String version() {
    return versions.get(0);
  }

  /** Returns the versions that are served, the one that resources are kept in first. */
  public List<String> versions() {
    return versions;
  }

  /** Returns what {@code kind} says in a resource, for example {@code VirtualService}. */
  public String name() {
    return name;
  }

  /** Returns the name in paths, for example {@code virtualservices}. */
  public String plural() {
    return plural;
  }

  /** Returns the plural's singular, for example {@code virtualservice}. */
  public String singular() {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Returns the short names that a command line takes, for example {@code vs}. */
  public List<String> shortNames() {
    return shortNames;
  }

  /** Whether resources of this kind are shown only: the server makes them, nobody writes them. */
  public boolean isReadOnly() {
    return isReadOnly;
  }

  /** Returns the columns of a table of these resources, after the name's. */
  public List<Column> columns() {
    return columns;
  }

  /** Returns group and version as a resource says them: {@code networking.istio.io/v1}. */
  public String apiVersion() {
    return group + "/" + version();
  }

  /** Orders by group, then by plural. */
  @Override
  public int compareTo(Kind other) {
    int byGroup = group.compareTo(other.group);
    return byGroup != 0 ? byGroup : plural.compareTo(other.plural);
  }

  /** Returns the kind's name and group: {@code VirtualService.networking.istio.io}. */
  @Override
  public String toString() {
    return name + "." + group;
  }

  /** Collects what a kind is. */
  static final class Builder {
    private final String group;
    private List<String> versions;
    private final String name;
    private final String plural;
    private List<String> shortNames = List.of();
    private List<Column> columns = List.of();
    private boolean isReadOnly;

    private Builder(String group, String version, String name, String plural) {
      this.group = group;
      this.versions = List.of(version);
      this.name = name;
      this.plural = plural;
    }

    Builder versions(String... served) {
      this.versions = List.of(served);
      return this;
    }

    Builder shortNames(String... names) {
      this.shortNames = List.of(names);
      return this;
    }

    Builder columns(Column... shown) {
      this.columns = List.of(shown);
      return this;
    }

    Builder readOnly() {
      this.isReadOnly = true;
      return this;
    }

    Kind build() {
      return new Kind(this);
    }
  }
}
