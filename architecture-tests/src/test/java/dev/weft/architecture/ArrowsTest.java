/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of ARCHITECTURE.md. */
@AnalyzeClasses(packages = "dev.weft", importOptions = ImportOption.DoNotIncludeTests.class)
class ArrowsTest {
  private static final String SEAM = "dev.weft.agent.seam..";
  private static final String ENGINE = "dev.weft.agent.engine..";
  private static final String CONTROL = "dev.weft.agent.control..";
  private static final String IDENTITY = "dev.weft.agent.identity..";
  private static final String EXTENSION = "dev.weft.agent.extension..";
  private static final String INSTRUMENTATIONS = "dev.weft.agent.instrumentation..";
  private static final String LITE = "dev.weft.protocol.lite..";
  private static final String MODEL = "dev.weft.policy.model..";
  private static final String STORE = "dev.weft.policy.store..";
  private static final String COMPILER = "dev.weft.policy.compiler..";
  private static final String DISCOVERY = "dev.weft.policy.discovery..";
  private static final String API = "dev.weft.policy.api..";
  private static final String CA = "dev.weft.policy.ca..";
  private static final String SERVER = "dev.weft.policy.server..";

  @ArchTest
  static final ArchRule theSeamKnowsOnlyTheJdk =
      classes()
          .that()
          .resideInAPackage(SEAM)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(SEAM, "java..", "javax.net.ssl..", "org.jspecify..");

  @ArchTest
  static final ArchRule identityKnowsOnlyTheJdk =
      classes()
          .that()
          .resideInAPackage(IDENTITY)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              IDENTITY,
              "java..",
              "javax.net.ssl..",
              "javax.security.auth.x500..",
              "org.jspecify..");

  @ArchTest
  static final ArchRule theCaKnowsNothingOfPolicies =
      noClasses()
          .that()
          .resideInAPackage(CA)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(MODEL, STORE, COMPILER, DISCOVERY, API, SERVER, "com.linecorp..");

  @ArchTest
  static final ArchRule instrumentationsKnowTheSeamAndNoFeature =
      noClasses()
          .that()
          .resideInAPackage(INSTRUMENTATIONS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              ENGINE, CONTROL, EXTENSION, "dev.weft.protocol..", "dev.weft.policy..");

  @ArchTest
  static final ArchRule theEngineDecidesAndDoesNothingElse =
      noClasses()
          .that()
          .resideInAPackage(ENGINE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              CONTROL,
              EXTENSION,
              INSTRUMENTATIONS,
              "dev.weft.protocol..",
              "io.grpc..",
              "io.opentelemetry..",
              "net.bytebuddy..",
              "java.io..",
              "java.nio.file..");

  @ArchTest
  static final ArchRule controlDoesNotKnowWhatIsWoven =
      noClasses()
          .that()
          .resideInAPackage(CONTROL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(EXTENSION, INSTRUMENTATIONS, "io.opentelemetry..", "net.bytebuddy..");

  @ArchTest
  static final ArchRule theHalvesNeverSeeEachOther =
      noClasses()
          .that()
          .resideInAPackage("dev.weft.agent..")
          .or()
          .resideInAPackage(INSTRUMENTATIONS)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.weft.policy..");

  @ArchTest
  static final ArchRule theServerHalfDoesNotSeeTheAgent =
      noClasses()
          .that()
          .resideInAnyPackage(MODEL, STORE, COMPILER, DISCOVERY, API, CA, SERVER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.weft.agent..", LITE);

  @ArchTest
  static final ArchRule theModelKnowsNothingOfTheServer =
      noClasses()
          .that()
          .resideInAPackage(MODEL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(STORE, COMPILER, DISCOVERY, API, SERVER, "com.linecorp..");

  @ArchTest
  static final ArchRule theCompilerIsAFunction =
      noClasses()
          .that()
          .resideInAPackage(COMPILER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(STORE, DISCOVERY, API, SERVER, "io.grpc..", "java.nio.file..");

  @ArchTest
  static final ArchRule nothingDependsOnTheWiring =
      noClasses()
          .that()
          .resideOutsideOfPackage(SERVER)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(SERVER);

  @ArchTest
  static final ArchRule theCommandLineAsksTheApiAndTheSimulation =
      noClasses()
          .that()
          .resideInAPackage("dev.weft.policy.ctl..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              STORE, COMPILER, DISCOVERY, API, SERVER, "dev.weft.agent..", "dev.weft.protocol..");

  @ArchTest
  static final ArchRule nothingButTheCommandLineDependsOnTheSimulation =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.weft.simulation..", "dev.weft.policy.ctl..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.weft.simulation..");

  @ArchTest
  static final ArchRule noPackageCycles =
      slices().matching("dev.weft.(*).(*)..").should().beFreeOfCycles();
}
