namespace Gateway.Leadership;

/// <summary>Leads always: for what only one process can act on, as hollow nodes are.</summary>
internal sealed class SoleLeader : ILeader
{
    public static SoleLeader Instance { get; } = new();

    public long? Epoch => 0;

    public Task Changed { get; } = new TaskCompletionSource().Task;
}
