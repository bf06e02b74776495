using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Calls;

/// <summary>What a method's type says it returns.</summary>
internal enum ReturnKind
{
    Void,
    Task,
    TaskOfT,
    ValueTask,
    ValueTaskOfT,
}

/// <summary>Stands for "no result".</summary>
internal readonly struct Nothing;

/// <summary>One method of a grain interface, with what its attributes say.</summary>
internal abstract class GrainMethod(MethodInfo method, Type interfaceType)
{
    public MethodInfo Method { get; } = method;

    public Type InterfaceType { get; } = interfaceType;

    public string Name { get; } = method.Name;

    public bool IsReadOnly { get; } = method.IsDefined(typeof(ReadOnlyAttribute));

    public bool IsAlwaysInterleave { get; } = method.IsDefined(typeof(AlwaysInterleaveAttribute));

    public bool IsOneWay { get; } = method.IsDefined(typeof(OneWayAttribute)) || method.ReturnType == typeof(void);

    public TimeSpan? ResponseTimeout { get; } = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;

    public int ArgumentCount { get; } = method.GetParameters().Length;

    public static ReturnKind KindOf(Type type) =>
        type == typeof(void) ? ReturnKind.Void
        : type == typeof(Task) ? ReturnKind.Task
        : type == typeof(ValueTask) ? ReturnKind.ValueTask
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? ReturnKind.TaskOfT
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>) ? ReturnKind.ValueTaskOfT
        : throw new NotSupportedException($"A grain method must return Task, ValueTask or void, not {type}.");

    /// <summary>The matching closed <see cref="GrainMethod{TArgs,TResult}"/>.</summary>
    public static GrainMethod Create(MethodInfo method, Type interfaceType)
    {
        var arguments = ArgumentTuples.TypeFor([.. method.GetParameters().Select(p => p.ParameterType)]);
        var result = KindOf(method.ReturnType) is ReturnKind.TaskOfT or ReturnKind.ValueTaskOfT
            ? method.ReturnType.GetGenericArguments()[0]
            : typeof(Nothing);
        return (GrainMethod)Activator.CreateInstance(typeof(GrainMethod<,>).MakeGenericType(arguments, result), method, interfaceType)!;
    }
}

/// <summary>The compiled parts of a method: call, copy the arguments, reach its cancellation token.</summary>
internal sealed class GrainMethod<TArgs, TResult> : GrainMethod where TArgs : struct
{
    private readonly Lazy<Func<object, TArgs, Task>> _invoke;
    private readonly Lazy<ArgumentCopy<TArgs>?> _copy;

    public GrainMethod(MethodInfo method, Type interfaceType) : base(method, interfaceType)
    {
        _invoke = new(() => MethodCompiler.Invoker<TArgs>(method));
        _copy = new(() => MethodCompiler.ArgumentCopier<TArgs>(method));
        (GetToken, SetToken) = MethodCompiler.TokenAccess<TArgs>(method);
        SharesResult = method.IsDefined(typeof(ImmutableAttribute))
            || method.ReturnParameter.GetCustomAttributes(typeof(ImmutableAttribute), false).Length > 0;
    }

    /// <summary>Null when the method takes no CancellationToken.</summary>
    public Func<TArgs, CancellationToken>? GetToken { get; }

    public TokenSetter<TArgs>? SetToken { get; }

    public bool SharesResult { get; }

    public Task Invoke(object target, TArgs arguments) => _invoke.Value(target, arguments);

    /// <summary>Null when no argument needs copying within a silo.</summary>
    public ArgumentCopy<TArgs>? Copy => _copy.Value;
}

internal delegate void ArgumentCopy<TArgs>(ref TArgs arguments, Copying.CopyContext context);

internal delegate void TokenSetter<TArgs>(ref TArgs arguments, CancellationToken token);
