namespace Gateway.Leadership;

/// <summary>Says whether this process may act on the outside world just now. Asked before every effect, because it ends by itself.</summary>
internal interface ILeader
{
    /// <summary>The epoch under which it leads; null while it does not. Goes with every effect; of two leaders the later has the higher one.</summary>
    long? Epoch { get; }

    /// <summary>Ends when leadership was won or lost; then there is a new one to wait for.</summary>
    Task Changed { get; }
}
