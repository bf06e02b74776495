namespace Scheduling.Model;

/// <summary>An id that is one string; stored and sent as that string.</summary>
public interface IStringId<TSelf> where TSelf : struct, IStringId<TSelf>
{
    string Value { get; }

    static abstract TSelf Create(string value);
}

/// <summary>Names one job for ever. Lower-case letters, digits and '-'.</summary>
[GenerateSerializer, Immutable]
public readonly record struct JobId([property: Id(0)] string Value) : IStringId<JobId>, IComparable<JobId>
{
    public static JobId Create(string value) => new(value);

    public int CompareTo(JobId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>One numbered try to run a job's gang. Placements, charges and bindings carry it.</summary>
[GenerateSerializer, Immutable]
public readonly record struct AttemptId([property: Id(0)] JobId Job, [property: Id(1)] int Number)
{
    public override string ToString() => $"{Job.Value}/{Number}";
}

/// <summary>An attempt under the plan that placed it.</summary>
[GenerateSerializer, Immutable]
public readonly record struct PlanRef([property: Id(0)] AttemptId Attempt, [property: Id(1)] long Plan)
{
    public override string ToString() => $"{Attempt} by plan {Plan}";
}

/// <summary>Names a pool: the nodes on one fabric in one cluster. A gang never spans pools.</summary>
[GenerateSerializer, Immutable]
public readonly record struct PoolId([property: Id(0)] string Value) : IStringId<PoolId>
{
    public static PoolId Create(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>Names a rack as "pool/rack".</summary>
[GenerateSerializer, Immutable]
public readonly record struct RackId([property: Id(0)] string Value) : IStringId<RackId>
{
    public static RackId Create(string value) => new(value);

    public static RackId Of(PoolId pool, string rack) => new($"{pool.Value}/{rack}");

    public PoolId Pool => new(Value[..Value.IndexOf('/', StringComparison.Ordinal)]);

    public override string ToString() => Value;
}

/// <summary>Names a machine, as the cluster names it.</summary>
[GenerateSerializer, Immutable]
public readonly record struct NodeId([property: Id(0)] string Value) : IStringId<NodeId>
{
    public static NodeId Create(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>Whose objects these are. Tenants cannot see or touch each other's jobs.</summary>
[GenerateSerializer, Immutable]
public readonly record struct TenantId([property: Id(0)] string Value) : IStringId<TenantId>
{
    public static TenantId Create(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>A place in a quota tree: "cohort", "cohort/team" or "cohort/team/user".</summary>
[GenerateSerializer, Immutable]
public readonly record struct QuotaPath([property: Id(0)] string Value) : IStringId<QuotaPath>
{
    public static QuotaPath Create(string value) => new(value);

    /// <summary>The tree's root: the key of the Quota grain that owns this path.</summary>
    public string Cohort => Value.IndexOf('/', StringComparison.Ordinal) is var i and >= 0 ? Value[..i] : Value;

    /// <summary>The level above, or null at the cohort.</summary>
    public QuotaPath? Parent => Value.LastIndexOf('/') is var i and >= 0 ? new QuotaPath(Value[..i]) : null;

    /// <summary>True at this level and below it.</summary>
    public bool IsWithin(QuotaPath level) => this == level || IsBelow(level);

    public bool IsBelow(QuotaPath level) =>
        Value is { } text && text.Length > level.Value.Length && text[level.Value.Length] == '/' && text.StartsWith(level.Value, StringComparison.Ordinal);

    public override string ToString() => Value;
}
