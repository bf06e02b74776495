using Grains.Storage;
using Scheduling.Model;

namespace Silo.Tests.Support;

[GenerateSerializer]
public sealed record TestJob : IIndexedJob
{
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public string Tenant { get; init; } = "acme";
    [Id(2)] public string User { get; init; } = "ann";
    [Id(3)] public string Phase { get; init; } = "Pending";
    [Id(4)] public bool Ended { get; init; }
    [Id(5)] public int Attempt { get; init; } = 1;

    /// <summary>Seconds after <see cref="Epoch"/>.</summary>
    [Id(6)] public int Submitted { get; init; }

    /// <summary>Seconds after <see cref="Epoch"/>.</summary>
    [Id(7)] public int? Deadline { get; init; }

    [Id(8)] public string Name { get; init; } = "train";
    [Id(9)] public string Pool { get; init; } = "h100";
    [Id(10)] public bool Held { get; init; }
    [Id(11)] public string? Parent { get; init; }
    [Id(12)] public bool HasChildren { get; init; }

    /// <summary>Of any length, and no column.</summary>
    [Id(13)] public string Note { get; init; } = "";

    public JobIndexRow ToIndexRow() => new()
    {
        Job = new JobId(Id),
        Name = Name,
        Tenant = new TenantId(Tenant),
        User = User,
        Quota = new QuotaPath($"{Tenant}/team/{User}"),
        Pool = new PoolId(Pool),
        Phase = Phase,
        Ended = Ended,
        Attempt = Attempt,
        Priority = 5,
        GpuMilli = 8000,
        Workers = 8,
        SubmittedAt = Epoch.AddSeconds(Submitted),
        ChangedAt = Epoch.AddSeconds(Submitted + Attempt),
        WakeAt = Deadline is { } d ? Epoch.AddSeconds(d) : null,
        Held = Held,
        Parent = Parent is null ? null : new JobId(Parent),
        HasChildren = HasChildren,
    };
}
