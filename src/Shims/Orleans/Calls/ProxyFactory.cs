using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Orleans.Calls;

/// <summary>A grain interface with its methods, and the class emitted for references to it.</summary>
internal sealed class GrainInterface(Type type, GrainMethod[] methods, Func<GrainReference> create)
{
    private static readonly ConcurrentDictionary<Type, Lazy<GrainInterface>> s_all = new();

    public Type Type { get; } = type;

    public GrainInterfaceType Id { get; } = GrainInterfaceType.Create(type.FullName!);

    public GrainMethod[] Methods { get; } = methods;

    /// <summary>A bare reference, to be bound by its maker.</summary>
    public Func<GrainReference> Create { get; } = create;

    /// <summary>As <see cref="Of(Type)"/>, without looking it up.</summary>
    public static GrainInterface Of<T>() where T : IAddressable => Cached<T>.Value ??= Of(typeof(T));

    public static GrainInterface Of(Type type) => s_all.GetOrAdd(type, static t => new(() => ProxyFactory.Emit(t))).Value;

    private static class Cached<T>
    {
        public static GrainInterface? Value { get; set; }
    }
}

/// <summary>Emits one class per grain interface; each method packs its arguments and hands them to <see cref="GrainReference"/>.</summary>
internal static class ProxyFactory
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<Assembly, ModuleBuilder> s_modules = [];
    private static int s_count;

    private static readonly FieldInfo s_methods =
        typeof(GrainReference).GetField(nameof(GrainReference.Methods), BindingFlags.Instance | BindingFlags.NonPublic)!;

    public static GrainInterface Emit(Type type)
    {
        if (!type.IsInterface || !typeof(IAddressable).IsAssignableFrom(type))
        {
            throw new ArgumentException($"{type} is not a grain interface.", nameof(type));
        }

        var methods = MethodsOf(type);
        var grainMethods = methods.Select(m => GrainMethod.Create(m, type)).ToArray();
        lock (s_gate)
        {
            var builder = ModuleFor(type.Assembly).DefineType($"Proxy{s_count++}_{type.Name}", TypeAttributes.NotPublic | TypeAttributes.Sealed, typeof(GrainReference), [type]);
            builder.DefineDefaultConstructor(MethodAttributes.Public);
            for (var i = 0; i < methods.Length; i++)
            {
                EmitMethod(builder, methods[i], grainMethods[i].GetType(), i);
            }

            var emitted = builder.CreateType();
            var create = new DynamicMethod("create", typeof(GrainReference), [], emitted.Module, skipVisibility: true);
            var il = create.GetILGenerator();
            il.Emit(OpCodes.Newobj, emitted.GetConstructor([])!);
            il.Emit(OpCodes.Ret);
            return new GrainInterface(type, grainMethods, create.CreateDelegate<Func<GrainReference>>());
        }
    }

    private static MethodInfo[] MethodsOf(Type type) =>
        [.. type.GetInterfaces().Append(type)
            .Where(i => typeof(IAddressable).IsAssignableFrom(i))
            .SelectMany(i => i.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(m => m.IsAbstract)];

    private static void EmitMethod(TypeBuilder builder, MethodInfo method, Type grainMethod, int index)
    {
        var parameters = method.GetParameters().Select(p => p.ParameterType).ToArray();
        var body = builder.DefineMethod(
            $"{method.DeclaringType!.FullName}.{method.Name}",
            MethodAttributes.Private | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot | MethodAttributes.Virtual,
            method.ReturnType, parameters);
        var arguments = grainMethod.GetGenericArguments()[0];
        var il = body.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, s_methods);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Ldelem_Ref);
        il.Emit(OpCodes.Castclass, grainMethod);
        PackArguments(il, arguments, parameters.Length, first: 1);
        var send = GrainMethod.KindOf(method.ReturnType) switch
        {
            ReturnKind.Void => nameof(GrainReference.SendVoid),
            ReturnKind.ValueTask => nameof(GrainReference.SendValueTask),
            ReturnKind.ValueTaskOfT => nameof(GrainReference.SendValueTaskOf),
            _ => nameof(GrainReference.Send),
        };
        il.Emit(OpCodes.Call, typeof(GrainReference)
            .GetMethod(send, BindingFlags.Instance | BindingFlags.NonPublic)!.MakeGenericMethod(grainMethod.GetGenericArguments()));
        il.Emit(OpCodes.Ret);
        builder.DefineMethodOverride(body, method);
    }

    private static void PackArguments(ILGenerator il, Type tuple, int count, int first)
    {
        if (count == 0)
        {
            var empty = il.DeclareLocal(tuple);
            il.Emit(OpCodes.Ldloc, empty);
            return;
        }

        for (var i = 0; i < Math.Min(count, 7); i++)
        {
            il.Emit(OpCodes.Ldarg, first + i);
        }

        if (count > 7)
        {
            PackArguments(il, tuple.GetGenericArguments()[7], count - 7, first + 7);
        }

        il.Emit(OpCodes.Newobj, tuple.GetConstructors()[0]);
    }

    /// <summary>
    /// One emitted assembly for each that declares grain interfaces. Those may be internal: the emitted one is let in, and
    /// everywhere at once, for the runtime reads the permissions only once.
    /// </summary>
    private static ModuleBuilder ModuleFor(Assembly assembly)
    {
        if (s_modules.TryGetValue(assembly, out var module))
        {
            return module;
        }

        var name = assembly.GetName().Name!;
        var builder = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName($"{name}.Proxies"), AssemblyBuilderAccess.Run);
        var attribute = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        var visible = assembly.GetReferencedAssemblies().Select(a => a.Name!).Append(name).Append(typeof(GrainReference).Assembly.GetName().Name!);
        foreach (var other in visible.Distinct())
        {
            builder.SetCustomAttribute(new CustomAttributeBuilder(attribute, [other]));
        }

        return s_modules[assembly] = builder.DefineDynamicModule("Proxies");
    }
}
