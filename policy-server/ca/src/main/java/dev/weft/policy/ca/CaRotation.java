/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the CA of a folder in three steps, with a certificate's lifetime between them: the new
 * root is trusted; the new key signs; the old root is dropped. A server that uses the folder
 * follows by itself. How far it is stands in the folder, and a step that was cut short can be taken
 * again. For one process at a time.
 */
public final class CaRotation {
  private static final String STATE = "rotation.properties";
  private static final String NEXT = "next";

  private final Path folder;
  private final Duration lifetime;
  private final Clock clock;

  /**
   * @param folder the CA's
   * @param lifetime of workload certificates, as the server gives them
   */
  public CaRotation(Path folder, Duration lifetime, Clock clock) {
    this.folder = folder;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /**
   * Returns how it stands.
   *
   * @throws IOException if there is no CA that can be used
   */
  public Status status() throws IOException {
    Authority authority = AuthorityFolder.load(folder);
    State state = State.read(folder.resolve(STATE));
    List<String> roots = new ArrayList<>();
    for (X509Certificate root : authority.roots()) {
      String pin = Authority.pin(root);
      roots.add(
          pin
              + " "
              + root.getSubjectX500Principal()
              + " until "
              + root.getNotAfter().toInstant()
              + (state.old.contains(pin) ? ", to be dropped" : ""));
    }
    return new Status(
        authority.certificate().getSubjectX500Principal()
            + " until "
            + authority.certificate().getNotAfter().toInstant(),
        roots,
        state.step,
        state.since.plus(state.step == Step.NONE ? Duration.ZERO : lifetime));
  }

  /**
   * Takes the first step: has a new root trusted beside the old one.
   *
   * @param successor a folder with the new CA; null to have a root made
   * @param trustDomain for the name of a root that is made
   * @throws IllegalStateException if it cannot be taken now, with what is expected
   * @throws IOException if there is no CA, or files cannot be read or written
   */
  public void prepare(@Nullable Path successor, String trustDomain) throws IOException {
    expect(Step.NONE);
    Authority current = AuthorityFolder.load(folder);
    if (successor == null && !current.issuers().isEmpty()) {
      throw new IllegalStateException(
          "the CA is an intermediate one: its successor comes from where it came from (expected:"
              + " --next DIR)");
    }
    Authority next = successor(successor, trustDomain);
    if (next.certificate().equals(current.certificate())) {
      throw new IllegalStateException(successor + " has the CA that is in use");
    }
    // A step that was cut short may have added the root already.
    Set<X509Certificate> roots = new LinkedHashSet<>(current.roots());
    roots.addAll(next.roots());
    AuthorityFolder.saveRoots(folder, List.copyOf(roots));
    Set<String> old = pins(current.ownRoots());
    old.removeAll(pins(next.roots()));
    write(Step.PREPARED, old);
  }

  /**
   * Takes the second step: has the new key sign.
   *
   * @param force although agents may not have the new root yet
   * @throws IllegalStateException if it cannot be taken now, with what is expected
   * @throws IOException if files cannot be read or written
   */
  public void switchOver(boolean force) throws IOException {
    State state = expect(Step.PREPARED);
    expectWaited(state, "agents that have not renewed their certificates yet", force);
    Path from = folder.resolve(NEXT);
    Authority next = AuthorityFolder.load(from);
    Set<X509Certificate> roots = new LinkedHashSet<>(AuthorityFolder.roots(folder));
    roots.addAll(next.roots());
    AuthorityFolder.save(
        folder,
        new Authority(next.key(), next.certificate(), next.intermediates(), List.copyOf(roots)));
    write(Step.SWITCHED, state.old);
    removeNext();
  }

  private void removeNext() throws IOException {
    Path next = folder.resolve(NEXT);
    if (Files.isDirectory(next)) {
      try (var files = Files.list(next)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(next);
    }
  }

  /**
   * Takes the third step: has the old root trusted no longer.
   *
   * @param force although certificates of the old CA may still be valid
   * @throws IllegalStateException if it cannot be taken now, with what is expected
   * @throws IOException if files cannot be read or written
   */
  public void finish(boolean force) throws IOException {
    State state = expect(Step.SWITCHED);
    expectWaited(state, "certificates of the old CA that are still valid", force);
    Authority current = AuthorityFolder.load(folder);
    List<X509Certificate> roots =
        current.roots().stream().filter(root -> !state.old.contains(Authority.pin(root))).toList();
    Authority after =
        new Authority(current.key(), current.certificate(), current.intermediates(), roots);
    AuthorityFolder.saveRoots(folder, after.checked().roots());
    removeNext(); // which is there if the step before was cut short
    Files.delete(folder.resolve(STATE));
  }

  private Authority successor(@Nullable Path given, String trustDomain) throws IOException {
    Path next = folder.resolve(NEXT);
    if (given == null) {
      // One that is there already is of a first step that was cut short.
      return AuthorityFolder.openOrMake(next, trustDomain, clock).current();
    }
    Authority authority = AuthorityFolder.load(given);
    PrivateFiles.makeFolder(next);
    AuthorityFolder.save(next, authority);
    return authority;
  }

  /** Returns where it is, which has to be this step. */
  private State expect(Step step) throws IOException {
    State state = State.read(folder.resolve(STATE));
    if (state.step != step) {
      throw new IllegalStateException(
          "the rotation is at " + state.step + " (expected now: " + state.step.next + ")");
    }
    return state;
  }

  private void expectWaited(State state, String why, boolean force) {
    Instant earliest = state.since.plus(lifetime);
    if (!force && clock.instant().isBefore(earliest)) {
      throw new IllegalStateException(
          "too early: it would lock out "
              + why
              + " (expected: not before "
              + earliest
              + ", one certificate lifetime after the step before; or --force)");
    }
  }

  private void write(Step step, Set<String> old) throws IOException {
    PrivateFiles.write(folder.resolve(STATE), new State(step, clock.instant(), old).text());
  }

  private static Set<String> pins(List<X509Certificate> certificates) {
    return certificates.stream()
        .map(Authority::pin)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** What was done last. */
  public enum Step {
    /** No rotation is under way. */
    NONE("prepare"),
    /** The new root is trusted. */
    PREPARED("switch"),
    /** The new key signs. */
    SWITCHED("finish");

    private final String next;

    Step(String next) {
      this.next = next;
    }

    /** Returns the command that takes the step after this. */
    public String next() {
      return next;
    }
  }

  /**
   * How it stands.
   *
   * @param authority what signs, and until when
   * @param roots what is trusted: fingerprint, name, end
   * @param step what was done last
   * @param nextAt when the step after that may be taken
   */
  public record Status(String authority, List<String> roots, Step step, Instant nextAt) {
    /** Copies the collection. */
    public Status {
      roots = List.copyOf(roots);
    }
  }

  /**
   * What stands in the folder.
   *
   * @param since when the step was taken
   * @param old the fingerprints of the roots to be dropped
   */
  private record State(Step step, Instant since, Set<String> old) {
    static State read(Path file) throws IOException {
      if (!Files.exists(file)) {
        return new State(Step.NONE, Instant.EPOCH, Set.of());
      }
      Properties properties = new Properties();
      properties.load(new StringReader(Files.readString(file)));
      try {
        return new State(
            Step.valueOf(properties.getProperty("step", "")),
            Instant.parse(properties.getProperty("since", "")),
            Set.of(properties.getProperty("old", "").split(",")));
      } catch (IllegalArgumentException | DateTimeException e) {
        throw new IOException(file + " means nothing: " + e.getMessage(), e);
      }
    }

    String text() {
      return "step=" + step + "\nsince=" + since + "\nold=" + String.join(",", old) + "\n";
    }
  }
}
