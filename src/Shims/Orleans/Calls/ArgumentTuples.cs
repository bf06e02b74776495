using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Calls;

/// <summary>Arguments travel in a ValueTuple: typed, unboxed, and any number of them.</summary>
internal static class ArgumentTuples
{
    private const int PerTuple = 7;

    public static Type TypeFor(Type[] types) => types.Length switch
    {
        0 => typeof(ValueTuple),
        <= PerTuple => Open(types.Length).MakeGenericType(types),
        _ => typeof(ValueTuple<,,,,,,,>).MakeGenericType([.. types[..PerTuple], TypeFor(types[PerTuple..])]),
    };

    /// <summary>The field of argument <paramref name="index"/> below a tuple expression.</summary>
    public static MemberExpression Item(Expression tuple, int index)
    {
        while (index >= PerTuple)
        {
            tuple = Expression.Field(tuple, "Rest");
            index -= PerTuple;
        }

        return Expression.Field(tuple, $"Item{index + 1}");
    }

    public static object? Get<TArgs>(TArgs arguments, int index) where TArgs : struct => ((ITuple)arguments)[index];

    public static TArgs With<TArgs>(TArgs arguments, int index, object? value) where TArgs : struct
    {
        object boxed = arguments;
        Set(boxed, index, value);
        return (TArgs)boxed;
    }

    private static void Set(object boxed, int index, object? value)
    {
        if (index < PerTuple)
        {
            boxed.GetType().GetField($"Item{index + 1}")!.SetValue(boxed, value);
            return;
        }

        var rest = boxed.GetType().GetField("Rest")!;
        var inner = rest.GetValue(boxed)!;
        Set(inner, index - PerTuple, value);
        rest.SetValue(boxed, inner);
    }

    private static Type Open(int count) => count switch
    {
        1 => typeof(ValueTuple<>),
        2 => typeof(ValueTuple<,>),
        3 => typeof(ValueTuple<,,>),
        4 => typeof(ValueTuple<,,,>),
        5 => typeof(ValueTuple<,,,,>),
        6 => typeof(ValueTuple<,,,,,>),
        _ => typeof(ValueTuple<,,,,,,>),
    };
}
