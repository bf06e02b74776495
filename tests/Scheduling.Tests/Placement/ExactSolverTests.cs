namespace Scheduling.Tests.Placement;

/// <summary>Mixed gangs on small pools against branch and bound.</summary>
public sealed class ExactSolverTests(ITestOutputHelper output)
{
    [Fact]
    public void Placed_GPUs_are_at_least_97_percent_of_the_exact_optimum()
    {
        const int rounds = 300;
        var (used, most, optimal) = Exactness.Gpus(rounds);
        output.WriteLine($"{rounds} instances: {100.0 * used / most:F2} % of the exact optimum's GPUs, {optimal} of them optimal");
        Assert.InRange(used, 0.97 * most, most);
    }
}
