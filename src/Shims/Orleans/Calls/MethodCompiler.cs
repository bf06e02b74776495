using System.Linq.Expressions;
using System.Reflection;
using Orleans.Copying;

namespace Orleans.Calls;

/// <summary>Compiles what would otherwise be reflection on every call.</summary>
internal static class MethodCompiler
{
    private static readonly MethodInfo s_copy = typeof(Copiers).GetMethod(nameof(Copiers.Copy))!;

    /// <summary>Calls the method on a target and gives its outcome as a Task, whatever it returns.</summary>
    public static Func<object, TArgs, Task> Invoker<TArgs>(MethodInfo method) where TArgs : struct
    {
        var target = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(TArgs));
        var call = Expression.Call(
            Expression.Convert(target, method.DeclaringType!), method,
            method.GetParameters().Select((_, i) => ArgumentTuples.Item(arguments, i)));
        Expression body = GrainMethod.KindOf(method.ReturnType) switch
        {
            ReturnKind.Void => Expression.Block(call, Expression.Constant(Task.CompletedTask, typeof(Task))),
            ReturnKind.ValueTask or ReturnKind.ValueTaskOfT => Expression.Convert(Expression.Call(call, "AsTask", null), typeof(Task)),
            _ => Expression.Convert(call, typeof(Task)),
        };
        return Expression.Lambda<Func<object, TArgs, Task>>(body, target, arguments).Compile();
    }

    /// <summary>Null when every argument may be shared within a silo and between silos.</summary>
    public static ArgumentCopy<TArgs>? ArgumentCopier<TArgs>(MethodInfo method) where TArgs : struct
    {
        var arguments = Expression.Parameter(typeof(TArgs).MakeByRefType());
        var context = Expression.Parameter(typeof(CopyContext));
        var steps = new List<Expression>();
        foreach (var parameter in method.GetParameters())
        {
            if (CopierFactory.SharesOnWire(parameter.ParameterType))
            {
                continue;
            }

            var item = ArgumentTuples.Item(arguments, parameter.Position);
            Expression copy = Expression.Assign(item, Expression.Call(s_copy.MakeGenericMethod(parameter.ParameterType), item, context));
            steps.Add(parameter.IsDefined(typeof(ImmutableAttribute))
                ? Expression.IfThen(Expression.Property(context, nameof(CopyContext.Wire)), copy)
                : copy);
        }

        return steps.Count == 0 ? null : Expression.Lambda<ArgumentCopy<TArgs>>(Expression.Block(typeof(void), steps), arguments, context).Compile();
    }

    public static (Func<TArgs, CancellationToken>? Get, TokenSetter<TArgs>? Set) TokenAccess<TArgs>(MethodInfo method) where TArgs : struct
    {
        if (method.GetParameters().FirstOrDefault(p => p.ParameterType == typeof(CancellationToken)) is not { } parameter)
        {
            return (null, null);
        }

        var byValue = Expression.Parameter(typeof(TArgs));
        var byRef = Expression.Parameter(typeof(TArgs).MakeByRefType());
        var token = Expression.Parameter(typeof(CancellationToken));
        return (
            Expression.Lambda<Func<TArgs, CancellationToken>>(ArgumentTuples.Item(byValue, parameter.Position), byValue).Compile(),
            Expression.Lambda<TokenSetter<TArgs>>(
                Expression.Assign(ArgumentTuples.Item(byRef, parameter.Position), token), byRef, token).Compile());
    }
}
