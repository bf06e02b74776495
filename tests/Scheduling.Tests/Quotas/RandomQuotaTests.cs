namespace Scheduling.Tests.Quotas;

/// <summary>
/// I3 under random operations: usage is the sum of the live charges at every level, never negative, never above a limit, and what is
/// borrowed is what others leave idle. `build/bench.sh quota` does millions of them.
/// </summary>
public sealed class RandomQuotaTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_tree_answers_as_its_simple_twin_and_everything_is_conserved(int seed)
    {
        var run = new QuotaTwinRun(seed);
        run.Run(50_000);

        foreach (var answer in new[] { "granted", "fault", "Limit", "Borrowing", "Capacity", "User", "Priority", "Budget", "owed", "reclaimed", "borrows", "does not borrow", "set", "not set" })
            Assert.True(run.Answers.GetValueOrDefault(answer) >= 20, $"{answer} was seen {run.Answers.GetValueOrDefault(answer)} times: the run says little\n{string.Join('\n', run.Answers)}");
    }
}
