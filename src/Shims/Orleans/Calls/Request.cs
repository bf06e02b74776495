using System.Reflection;
using Orleans.Activations;
using Orleans.InProcess;
using Orleans.Serialization.Invocation;

namespace Orleans.Calls;

/// <summary>One message: a call, its caller, and the way back. Sits in the queues of the activation that it was sent to.</summary>
internal abstract class Request(GrainReference reference, GrainMethod method) : TurnWork, IInvokable
{
    public GrainReference Reference { get; } = reference;

    public GrainMethod Method { get; } = method;

    public GrainId Target => Reference.GrainId;

    public Silo Silo => Reference.Silo;

    /// <summary>Null for a call from outside of grains.</summary>
    public Activation? Caller { get; } = RuntimeContext.CurrentActivation;

    public override bool IsAlwaysInterleave => Method.IsAlwaysInterleave;

    public override bool IsReadOnly => Method.IsReadOnly;

    public override bool IsExpired => IsAbandoned && Silo.DropsExpired;

    public override Dictionary<string, object>? Context { get; set; } = RequestContext.Current;

    /// <summary>Environment.TickCount64 after which the caller gives up; long.MaxValue for never.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>Set once the caller no longer waits. A call that has not started by then is dropped.</summary>
    public bool IsAbandoned { get; private set; }

    // The activation that holds this message chains its messages: the scan for timeouts walks the chain.
    public Request? Next { get; set; }

    public Request? Previous { get; set; }

    public Activation? Holder { get; set; }

    /// <summary>Where the answer goes when it does not go straight back: over a simulated network.</summary>
    public IResponsePath? ResponsePath { get; set; }

    public TimeSpan ResponseTimeout => Method.ResponseTimeout ?? Silo.ResponseTimeout;

    public override Guid ReentrancyId => RequestContext.ReentrancyIdOf(Context);

    /// <summary>Answers with the outcome of a finished <see cref="TurnWork.Invoke"/>.</summary>
    public override void Finished(Task done)
    {
        if (ResponsePath is { } path)
        {
            path.Answer(this, done);
        }
        else
        {
            Deliver(done);
        }
    }

    /// <summary>Gives a finished task's outcome to the caller.</summary>
    public abstract void Deliver(Task done);

    /// <summary>The outcome as the caller would receive it from another silo, copied now.</summary>
    public abstract Task OverTheWire(Task done);

    /// <summary>Tells the caller that the call failed, whichever way answers go.</summary>
    public void Fail(Exception error)
    {
        if (ResponsePath is { } path)
        {
            path.Fail(this, error);
        }
        else
        {
            DeliverFailure(error);
        }
    }

    /// <summary>Gives the caller an error. Nothing happens when it was answered before.</summary>
    public abstract void DeliverFailure(Exception error);

    /// <summary>The message once more, with no way back: what a network that delivers twice does.</summary>
    public abstract Request Duplicate();

    /// <summary>The message as another silo would receive it.</summary>
    public abstract Request OverTheWire(Func<GrainReference, GrainReference> rebind);

    public void Abandon(Exception error)
    {
        IsAbandoned = true;
        Fail(error);
    }

    /// <summary>As <see cref="TurnWork.Invoke"/>, with the result as filters see it.</summary>
    public abstract Task<object?> InvokeForResult(object target);

    /// <summary>Runs through filters; the task has the method's own type.</summary>
    public abstract Task RunFiltered(IncomingCallContext context);

    public abstract int GetArgumentCount();

    public abstract object? GetArgument(int index);

    public abstract void SetArgument(int index, object value);

    public string GetMethodName() => Method.Name;

    public string GetInterfaceName() => Method.InterfaceType.FullName!;

    public MethodInfo GetMethod() => Method.Method;

    public Type GetInterfaceType() => Method.InterfaceType;

    public override string ToString() => $"{Target}.{Method.Name}";
}

/// <summary>Carries answers over something that may lose them.</summary>
internal interface IResponsePath
{
    void Answer(Request request, Task done);

    void Fail(Request request, Exception error);
}

/// <summary>What messages for a grain are handed to.</summary>
internal interface IMessageTarget
{
    /// <returns>False when it has ended: look the grain up again.</returns>
    bool TryReceive(Request request);
}
