namespace KubeTests.Faults;

/// <summary>A clock that is wrong by so much, and runs as fast as any other.</summary>
internal sealed class SkewedTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
