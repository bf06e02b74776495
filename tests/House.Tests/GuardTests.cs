using House.Tests.Repository;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace House.Tests;

/// <summary>The switch that plants bugs is for the simulation alone, and nothing hangs on it that is not hunted.</summary>
public sealed class GuardTests
{
    private const string Home = "src/Scheduling/Guards/";
    private const string Hunters = "tests/Simulation/";
    private static readonly string[] Words = ["Scheduling.Planting", "Guards.Switch", "Guards.TakeAway"];

    private static IEnumerable<string> All =>
        SourceFile.Under("src/Scheduling/Guards").SelectMany(f => f.Root.DescendantNodes().OfType<EnumMemberDeclarationSyntax>()).Select(m => m.Identifier.Text);

    [Fact]
    public void Nothing_but_the_simulation_takes_guards_away() =>
        Findings.None(
            from file in Repo.Files
            where Path.GetExtension(file) is ".cs" or ".csproj" or ".props" or ".targets" or ".json" or ".sh" or ".yml" or ".yaml" or ".config" or ""
            where !file.StartsWith(Home, StringComparison.Ordinal) && !file.StartsWith(Hunters, StringComparison.Ordinal) && !file.StartsWith("tests/House.Tests/", StringComparison.Ordinal)
            let text = Repo.Read(file)
            from word in Words
            where text.Contains(word, StringComparison.Ordinal)
            select $"{file} says {word}",
            "In the product every guard holds: only tests/Simulation may take one away.");

    [Fact]
    public void Every_guard_stands_in_product_code() =>
        Findings.None(
            All.Where(g => !SourceFile.Product.Any(f => f.Text.Contains($"Guards.Hold(Guard.{g})", StringComparison.Ordinal))),
            "A guard that nothing asks for guards nothing: put it where it belongs, or delete it.");

    [Fact]
    public void Every_guard_has_a_planted_bug()
    {
        var table = Repo.Read("tests/Simulation/Planted/PlantedBugs.cs");
        Findings.None(
            All.Where(g => !table.Contains($"[Guard.{g}", StringComparison.Ordinal)),
            "Say in tests/Simulation/Planted/PlantedBugs.cs where the simulation sees that this guard is missing.");
    }
}
