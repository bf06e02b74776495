using House.Tests.Repository;

namespace House.Tests;

/// <summary>References go one way: Scheduling, then Grains, then Silo, then Gateway. The CLI and the node agent know none of them, and nor does the generator, which is part of the compiler.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Scheduling"] = [],
        ["Grains"] = ["Scheduling", "RecordGenerator"],
        ["Silo"] = ["Grains", "Scheduling"],
        ["Gateway"] = ["Silo", "Grains", "Scheduling"],
        ["Cli"] = [],
        ["NodeAgent"] = [],
        ["RecordGenerator"] = [],
    };

    [Fact]
    public void Projects_reference_only_what_stands_below_them() =>
        Findings.None(
            from project in Project.All
            where project.Path.StartsWith("src/", StringComparison.Ordinal) && !project.Path.StartsWith("src/Shims/", StringComparison.Ordinal)
            from reference in project.References
            where !Allowed.TryGetValue(project.Name, out var allowed) || !allowed.Contains(reference)
            select $"{project.Path} references {reference}",
            "src projects reference only what the layout allows (AGENTS.md, Rooms).");

    [Fact]
    public void The_core_asks_of_Orleans_only_its_attributes()
    {
        var core = Project.Named("Scheduling");

        Assert.Equal(["Attributes"], core.Xml.Descendants("UsesOrleans").Select(e => e.Value));
        Assert.Empty(core.Packages);
    }

    [Fact]
    public void The_core_names_nothing_of_the_runtime() =>
        Findings.None(NamesStartingWith(SourceFile.Under("src/Scheduling"), "Orleans.", "Grains", "Silo", "Gateway", "Microsoft."), "src/Scheduling is pure: state in, decision out.");

    [Fact]
    public void Grains_name_neither_the_host_nor_the_gateway() =>
        Findings.None(NamesStartingWith(SourceFile.Under("src/Grains"), "Silo", "Gateway", "Cli", "Microsoft.AspNetCore"), "src/Grains knows nothing of who hosts or calls it.");

    [Fact]
    public void The_silo_does_not_name_the_gateway() =>
        Findings.None(NamesStartingWith(SourceFile.Under("src/Silo"), "Gateway", "Cli"), "src/Silo stands below src/Gateway.");

    [Fact]
    public void The_cli_names_nothing_of_the_server_but_its_contracts() =>
        Findings.None(NamesStartingWith(SourceFile.Under("src/Cli"), "Scheduling.", "Grains", "Silo", "Orleans", "Gateway.Api", "Gateway.Auth"), "src/Cli speaks to the server by REST alone.");

    [Fact]
    public void Product_code_uses_nothing_that_only_the_shim_has() =>
        Findings.None(NamesStartingWith(SourceFile.Product, "Orleans.Simulation", "Orleans.Shim"), "Product code must compile against the real packages too.");

    [Fact]
    public void Product_code_has_no_second_path_for_the_other_feed() =>
        Findings.None(
            from file in SourceFile.Product
            from trivia in file.Root.DescendantTrivia(descendIntoTrivia: true)
            where trivia.IsDirective && trivia.ToString().TrimStart().StartsWith("#if", StringComparison.Ordinal)
            select $"{file.Path}: {trivia.ToString().Trim()}",
            "No #if in product code: the shims have the same API as the packages.");

    [Fact]
    public void Tests_reach_only_the_source_that_they_are_for() =>
        Findings.None(
            from project in Project.All
            where project.Name is "Scheduling.Tests" or "Grains.Tests" or "Cli.Tests"
            from reference in project.References
            where reference == "Gateway" || (project.Name == "Scheduling.Tests" && reference != "Scheduling") || (project.Name == "Cli.Tests" && reference != "Cli")
            select $"{project.Path} references {reference}",
            "A test project links its own layer and those below.");

    private static IEnumerable<string> NamesStartingWith(IEnumerable<SourceFile> files, params string[] prefixes) =>
        from file in files
        from name in file.NamesUsed().Distinct()
        from prefix in prefixes
        where name == prefix.TrimEnd('.') || name.StartsWith(prefix.TrimEnd('.') + ".", StringComparison.Ordinal)
        select $"{file.Path} uses {name}";
}
