namespace Orleans.Activations;

/// <summary>Something that wants a turn with the grain and obeys its reentrancy: a call, or a tick of a timer.</summary>
internal abstract class TurnWork
{
    public virtual bool IsAlwaysInterleave => false;

    public virtual bool IsReadOnly => false;

    /// <summary>Who runs it, while it waits for something.</summary>
    public Activation? Runner { get; set; }

    /// <summary>True when nobody waits for it any more and it need not start.</summary>
    public virtual bool IsExpired => false;

    /// <summary>The call chain that it belongs to, or empty.</summary>
    public virtual Guid ReentrancyId => Guid.Empty;

    /// <summary>Values that its code sees as RequestContext.</summary>
    public virtual Dictionary<string, object>? Context
    {
        get => null;
        set => _ = value;
    }

    public abstract Task Invoke(object target);

    public abstract void Finished(Task done);
}

/// <summary>Runs in the activation's context without being a call: nothing waits for it and it waits for nothing.</summary>
internal sealed class TurnAction(Action<object?> action, object? state)
{
    public void Run() => action(state);
}
