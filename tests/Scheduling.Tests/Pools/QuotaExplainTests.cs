using Scheduling.Explain;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Scheduling.Tests.Pools;

/// <summary>What a user is told whom a quota level keeps waiting.</summary>
public sealed class QuotaExplainTests
{
    private static PoolMachine Refused(QuotaRefusal refusal, out JobId job)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits());
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        pool.SeeRack(Specs.Rack("r", nodes: 4));
        Assert.Null(pool.Enqueue(Specs.Attempt("runs"), Specs.Job(workers: 2, user: "other") with { TimeLimit = TimeSpan.FromHours(1) }, Specs.Start));
        Assert.True(pool.Commit(Assert.Single(pool.Plan(10)).Ref));
        Assert.Null(pool.Enqueue(Specs.Attempt("waits"), Specs.Job(workers: 2), Specs.Start));
        pool.Abort(Assert.Single(pool.Plan(10)).Ref, refusal);
        job = new JobId("waits");
        return pool;
    }

    private static QuotaRefusal Full(QuotaBound bound) => new()
    {
        Path = new QuotaPath("c/t"), Resource = ResourceNames.Gpu, Limit = 24_000, Used = 16_000, Asked = 16_000, Bound = bound,
    };

    [Fact]
    public void Whoever_uses_what_a_full_level_lacks_is_named_with_the_numbers()
    {
        var pool = Refused(Full(QuotaBound.Limit), out var job);
        var why = pool.Explain(job, _ => true)!;
        Assert.Equal((PendingReason.WaitingForQuota, QuotaBound.Limit, 24_000L), (why.Reason, why.Quota!.Bound, why.Quota.Limit));
        var blocker = Assert.Single(why.Blockers);
        Assert.Equal(("runs", "uses gpu of c/t"), (blocker.Job.Value, blocker.Why));
        Assert.InRange(blocker.EndsAt!.Value, Specs.Start, Specs.Start.AddHours(1));
        Assert.Equal("", Assert.Single(pool.Explain(job, _ => false)!.Blockers).Owner);
    }

    [Fact]
    public void An_owner_is_told_that_what_is_lent_is_being_called_back_and_by_whom_it_is_borrowed()
    {
        var refusal = Full(QuotaBound.Capacity) with
        {
            Owed = true,
            Borrowers = [new QuotaBorrower { Path = new QuotaPath("c/t/other"), Resource = ResourceNames.Gpu, Above = 16_000 }],
        };
        var why = Refused(refusal, out var job).Explain(job, _ => true)!;
        Assert.Equal(PendingReason.Reclaiming, why.Reason);
        Assert.Equal("runs", Assert.Single(why.Blockers).Job.Value);
    }

    [Fact]
    public void A_spent_budget_blames_nobody_and_says_when_it_begins_anew()
    {
        var resets = Specs.Start.AddDays(3);
        var why = Refused(Full(QuotaBound.Budget) with { Asked = 0, Used = 24_000, ResetsAt = resets }, out var job).Explain(job, _ => true)!;
        Assert.Equal((PendingReason.BudgetExhausted, resets), (why.Reason, why.Quota!.ResetsAt));
        Assert.Empty(why.Blockers);
    }
}
