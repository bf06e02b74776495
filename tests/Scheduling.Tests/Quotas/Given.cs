using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Tests.Quotas;

/// <summary>Short words for quota tests.</summary>
internal static class Given
{
    /// <summary>A Wednesday noon.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 3, 11, 12, 0, 0, TimeSpan.Zero);

    public static AttemptId Attempt(string job, int number = 1) => new(new JobId(job), number);

    public static PlanRef Plan(string job, long plan, int number = 1) => new(Attempt(job, number), plan);

    public static ImmutableArray<ResourceAmount> Gpu(long milli) => [new ResourceAmount("gpu", milli)];

    public static QuotaCharge Charge(string job, string path, long gpuMilli, long plan = 1) => new()
    {
        Attempt = Attempt(job), Path = new QuotaPath(path), Amounts = Gpu(gpuMilli), Plan = plan,
    };

    public static QuotaTree Tree(params (string Path, long GpuLimit)[] limits)
    {
        var tree = new QuotaTree("main");
        foreach (var (path, limit) in limits)
            Assert.Null(tree.Set(path, new QuotaSpec { Limit = Gpu(limit) }));
        return tree;
    }

    /// <summary>Charges; null when granted.</summary>
    public static QuotaRefusal? Do(this QuotaTree tree, QuotaCharge charge, DateTimeOffset? now = null)
    {
        var decision = tree.DecideCharge(charge, now ?? Now);
        if (decision is ChargeDecision.Change change)
            tree.Apply(change.Entry);
        return (decision as ChargeDecision.Refuse)?.Refusal;
    }

    public static void Refund(this QuotaTree tree, PlanRef plan, DateTimeOffset? now = null)
    {
        if (tree.DecideRefund(plan, now ?? Now) is { } entry)
            tree.Apply(entry);
    }

    /// <summary>Sets a level; null when done.</summary>
    public static string? Set(this QuotaTree tree, string path, QuotaSpec spec, DateTimeOffset? now = null)
    {
        var decision = tree.DecideSpec(new QuotaPath(path), spec, tree.Version, now ?? Now);
        if (decision is SpecDecision.Change change)
            tree.Apply(change.Entry);
        return (decision as SpecDecision.Refuse)?.Reason;
    }

    public static long Used(this QuotaTree tree, string path, string resource = "gpu") =>
        tree.View(new QuotaPath(path), _ => true, Now)!.Levels[0].Used.FirstOrDefault(u => u.Resource == resource).Amount;
}
