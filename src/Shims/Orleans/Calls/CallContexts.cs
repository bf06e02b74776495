using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Activations;
using Orleans.InProcess;
using Orleans.Serialization.Invocation;

namespace Orleans.Calls;

/// <summary>What both kinds of filter see.</summary>
internal abstract class CallContext(Request request)
{
    public IInvokable Request => Message;

    public GrainId? SourceId => Message.Caller?.GrainId;

    public GrainId TargetId => Message.Target;

    public GrainInterfaceType InterfaceType => Message.Reference.InterfaceType;

    public string InterfaceName => Message.Method.InterfaceType.FullName!;

    public string MethodName => Message.Method.Name;

    public MethodInfo InterfaceMethod => Message.Method.Method;

    public object? Result { get; set; }

    protected Request Message { get; } = request;

    /// <summary>How many filters have been entered.</summary>
    protected int Entered { get; set; }
}

/// <summary>Runs a call through the silo's filters, then the grain's own, then the method.</summary>
internal sealed class IncomingCallContext(Request request, Activation activation) : CallContext(request), IIncomingGrainCallContext
{
    private static readonly ConcurrentDictionary<(Type, MethodInfo), MethodInfo> s_implementations = new();

    public object Grain => activation.GrainInstance!;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod => s_implementations.GetOrAdd((Grain.GetType(), InterfaceMethod), static key =>
    {
        var map = key.Item1.GetInterfaceMap(key.Item2.DeclaringType!);
        return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, key.Item2)];
    });

    public static Task Run(Request request, Activation activation) => request.RunFiltered(new IncomingCallContext(request, activation));

    public async Task Invoke()
    {
        var filters = activation.Silo.IncomingFilters;
        var index = Entered++;
        if (index < filters.Length)
        {
            await filters[index].Invoke(this);
        }
        else if (index == filters.Length && Grain is IIncomingGrainCallFilter own)
        {
            await own.Invoke(this);
        }
        else
        {
            Result = await Message.InvokeForResult(Grain);
        }
    }
}

/// <summary>Runs a call through the caller's filters before it is sent.</summary>
internal sealed class OutgoingCallContext(Request request, Func<Task<object?>> send) : CallContext(request), IOutgoingGrainCallContext
{
    public object Grain => Message.Reference;

    public IGrainContext? SourceContext => Message.Caller;

    public static async Task<TResult> Run<TArgs, TResult>(Request<TArgs, TResult> request, Silo silo) where TArgs : struct
    {
        _ = silo;
        var context = new OutgoingCallContext(request, async () => await request.SendNow());
        await context.Invoke();
        return typeof(TResult) == typeof(Nothing) ? default! : (TResult)context.Result!;
    }

    public async Task Invoke()
    {
        var filters = Message.Silo.OutgoingFilters;
        var index = Entered++;
        if (index < filters.Length)
        {
            await filters[index].Invoke(this);
        }
        else
        {
            // Filters may have set values that are to travel.
            Message.Context = RequestContext.Current;
            Result = await send();
        }
    }
}
