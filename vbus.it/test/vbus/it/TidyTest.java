// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// The rules of the house that a program can check, over the whole tree.
class TidyTest {

    private final SourceTree tree = SourceTree.read();

    private void eachFile(Function<SourceFile, List<String>> rule) {
        none(tree.sources().stream().flatMap(f -> rule.apply(f).stream()).toList());
    }

    private static void none(List<String> violations) {
        assertTrue(violations.isEmpty(), () -> violations.size() + " violations\n" + String.join("\n", violations));
    }

    @Test
    void shouldLookAtTheWholeTree() {
        assertTrue(tree.projectNames().containsAll(List.of("vbus.api", "vbus.shm", "vbus.core", "vbus.it")), tree.projectNames()::toString);
        assertTrue(tree.sources().stream().anyMatch(f -> f.name().equals("vbus.it/test/vbus/it/TidyTest.java")));
        assertTrue(tree.sources().stream().anyMatch(f -> f.part().equals("tool")));
    }

    @Test
    void shouldImportAsTheTableOfProjectsSays() {
        final ProjectTable table = new ProjectTable(tree.projectNames());
        none(tree.sources().stream().filter(f -> !f.project().equals("cnf")).flatMap(f -> table.imports(f).stream()).toList());
    }

    @Test
    void shouldHaveClassPathsAsTheTableOfProjectsSays() {
        final ProjectTable table = new ProjectTable(tree.projectNames());
        none(tree.projects().stream().flatMap(b -> table.paths(b).stream()).toList());
    }

    @Test
    void shouldExportNothingFromADeviceBundle() {
        none(PackageRules.keepDevicesPrivate(tree.sources(), tree.projects()));
    }

    @Test
    void shouldDocumentEveryPackage() {
        none(PackageRules.areDocumented(tree.sources()));
    }

    @Test
    void shouldHaveFilesOfAMedianLength() {
        none(PackageRules.haveAMedianLength(tree.sources()));
    }

    @Test
    void shouldHaveShortFiles() {
        eachFile(SourceRules::isShort);
    }

    @Test
    void shouldHaveNarrowLines() {
        eachFile(SourceRules::isNarrow);
    }

    @Test
    void shouldHaveShortMethods() {
        eachFile(SourceRules::hasShortMethods);
    }

    @Test
    void shouldBeginWithTheLicence() {
        eachFile(SourceRules::beginsWithLicence);
    }

    @Test
    void shouldLieInThePackageOfTheProject() {
        eachFile(SourceRules::liesInPackageOfItsProject);
    }

    @Test
    void shouldNameTypesByWhatTheyAre() {
        eachFile(SourceRules::hasProperNames);
    }

    @Test
    void shouldNameTestsByWhatShouldBe() {
        eachFile(SourceRules::namesTestsByWhatShouldBe);
    }

    @Test
    void shouldPrintNothingInAShippedBundle() {
        eachFile(SourceRules::printsNothing);
    }

    @Test
    void shouldNotUseUnsafe() {
        eachFile(SourceRules::isSafe);
    }

    @Test
    void shouldNotSleep() {
        eachFile(SourceRules::sleepsNot);
    }

    @Test
    void shouldLeaveNothingUnfinished() {
        eachFile(SourceRules::isFinished);
    }

    @Test
    void shouldKeepOsgiInComponents() {
        eachFile(SourceRules::keepsOsgiOutside);
    }

    @Test
    void shouldNameNoRegistryInTheBuild() {
        none(tree.buildFiles().flatMap(f -> SourceRules.namesNoRegistry(f).stream()).toList());
    }
}
