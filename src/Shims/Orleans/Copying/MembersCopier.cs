using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Orleans.Copying;

/// <summary>
/// Copies an object member by member into a new one: those marked [Id], or all fields of tuples and the like.
/// What is not copied keeps what the parameterless constructor gave it, or its default.
/// </summary>
internal sealed class MembersCopier<T> : Copier<T>
{
    private delegate void CopyMembers(ref T source, ref T target, CopyContext context);

    private static readonly bool s_isClass = !typeof(T).IsValueType;

    private readonly Lazy<CopyMembers> _copy;
    private readonly Func<T>? _create;
    private readonly bool _keepsOthers;

    public MembersCopier(IReadOnlyList<FieldInfo> fields, bool sharesLocally, bool sharesOnWire, bool keepsOthers)
    {
        SharesLocally = sharesLocally;
        SharesOnWire = sharesOnWire;
        _keepsOthers = keepsOthers;
        _copy = new(() => Compile(fields));
        _create = s_isClass ? CompileCreate() : null;
    }

    public override bool SharesLocally { get; }

    public override bool SharesOnWire { get; }

    public override T Copy(T value, CopyContext context)
    {
        if (!s_isClass)
        {
            var result = _keepsOthers ? value : default!;
            _copy.Value(ref value, ref result, context);
            return result;
        }

        if (value is null)
        {
            return value;
        }

        if (context.TryGetCopy(value, out var known))
        {
            return (T)known;
        }

        var target = _create is null ? (T)RuntimeHelpers.GetUninitializedObject(typeof(T)) : _create();
        context.Record(value, target!);
        _copy.Value(ref value, ref target, context);
        return target;
    }

    private static Func<T>? CompileCreate()
    {
        var constructor = typeof(T).GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []);
        if (constructor is null || typeof(T).IsAbstract)
        {
            return null;
        }

        var method = new DynamicMethod("create", typeof(T), [], typeof(MembersCopier<T>).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Newobj, constructor);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<T>>();
    }

    // IL and not an expression tree: a tree may not assign readonly fields, and records are made of them.
    private static CopyMembers Compile(IReadOnlyList<FieldInfo> fields)
    {
        var method = new DynamicMethod(
            "copy", typeof(void), [typeof(T).MakeByRefType(), typeof(T).MakeByRefType(), typeof(CopyContext)],
            typeof(MembersCopier<T>).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        foreach (var field in fields)
        {
            LoadObject(il, OpCodes.Ldarg_1);
            LoadObject(il, OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
            if (!CopierFactory.SharesOnWire(field.FieldType) && field.GetCustomAttribute<ImmutableAttribute>() is null)
            {
                il.Emit(OpCodes.Ldarg_2);
                il.Emit(OpCodes.Call, typeof(Copiers).GetMethod(nameof(Copiers.Copy))!.MakeGenericMethod(field.FieldType));
            }

            il.Emit(OpCodes.Stfld, field);
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<CopyMembers>();
    }

    private static void LoadObject(ILGenerator il, OpCode argument)
    {
        il.Emit(argument);
        if (s_isClass)
        {
            il.Emit(OpCodes.Ldind_Ref);
        }
    }
}
