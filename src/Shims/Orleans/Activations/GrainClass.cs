using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Calls;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Serialization.Invocation;

namespace Orleans.Activations;

/// <summary>A grain class: its type name, interfaces, attributes and how to make one.</summary>
internal sealed class GrainClass
{
    /// <summary>Compiled once for a process, however many silos are simulated in it.</summary>
    private static readonly ConcurrentDictionary<Type, (ObjectFactory Create, Func<Activation, object>[] Facets)> s_constructors = new();

    private readonly Func<IInvokable, bool>? _mayInterleave;
    private readonly bool _isReentrant;

    public GrainClass(Type type, GrainCollectionOptions? collection = null)
    {
        Type = type;
        GrainType = GrainType.Create(type.GetCustomAttribute<GrainTypeAttribute>()?.GrainType ?? NameByConvention(type));
        Interfaces = [.. type.GetInterfaces().Where(i => typeof(IAddressable).IsAssignableFrom(i) && !IsMarker(i))
            .OrderByDescending(i => i.GetInterfaces().Length)];
        _isReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        if (type.GetCustomAttribute<MayInterleaveAttribute>() is { } may)
        {
            _mayInterleave = Predicate(type, may.CallbackMethodName);
        }

        Placement = type.GetCustomAttribute<PlacementAttribute>(inherit: true);
        collection ??= new GrainCollectionOptions();
        CollectionAge = type.IsDefined(typeof(KeepAliveAttribute), inherit: true) ? Timeout.InfiniteTimeSpan
            : type.GetCustomAttribute<CollectionAgeLimitAttribute>(inherit: true) is { } limit ? limit.Age
            : collection.ClassSpecificCollectionAge.TryGetValue(type.FullName!, out var age) ? age
            : collection.CollectionAge;
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    /// <summary>Most derived first.</summary>
    public Type[] Interfaces { get; }

    public PlacementAttribute? Placement { get; }

    public TimeSpan CollectionAge { get; }

    /// <summary>What the class's own attributes say of this call.</summary>
    public bool MayInterleave(TurnWork work) => _isReentrant || (_mayInterleave is { } may && work is Request request && may(request));

    public object Construct(Activation activation)
    {
        var (create, facets) = s_constructors.GetOrAdd(Type, FindConstructor);
        var arguments = facets.Length == 0 ? null : new object?[facets.Length];
        for (var i = 0; i < facets.Length; i++)
        {
            arguments![i] = facets[i](activation);
        }

        var instance = create(activation.ActivationServices, arguments);
        (instance as ILifecycleParticipant<IGrainLifecycle>)?.Participate(activation.ObservableLifecycle);
        return instance;
    }

    /// <summary>The grain class's name in lower case without "Grain": what real Orleans calls it, and stores know it by.</summary>
    public static string NameByConvention(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.Length > 5 && name.EndsWith("grain", StringComparison.Ordinal) ? name[..^5] : name;
    }

    private static bool IsMarker(Type type) =>
        type == typeof(IAddressable) || type == typeof(IGrain) || type == typeof(IGrainWithStringKey)
        || type == typeof(IGrainWithIntegerKey) || type == typeof(IGrainWithGuidKey) || type == typeof(IGrainObserver);

    private static Func<IInvokable, bool> Predicate(Type type, string name)
    {
        var method = type.GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy, [typeof(IInvokable)])
            ?? throw new InvalidOperationException($"[MayInterleave(\"{name}\")] of {type}: there is no static bool {name}(IInvokable).");
        return method.CreateDelegate<Func<IInvokable, bool>>();
    }

    /// <summary>Looked up once for a class: every activation asks for it.</summary>
    private static Func<Activation, object> Facet(ParameterInfo parameter)
    {
        var configuration = (IPersistentStateConfiguration)parameter.GetCustomAttributes().First(a => a is IFacetMetadata);
        var state = parameter.ParameterType.GetGenericArguments()[0];
        var create = typeof(GrainClass).GetMethod(nameof(State), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(state)
            .CreateDelegate<Func<IPersistentStateFactory, IGrainContext, IPersistentStateConfiguration, object>>();
        return activation => create(activation.ActivationServices.GetRequiredService<IPersistentStateFactory>(), activation, configuration);
    }

    private static object State<TState>(IPersistentStateFactory factory, IGrainContext context, IPersistentStateConfiguration configuration) => factory.Create<TState>(context, configuration);

    private static (ObjectFactory, Func<Activation, object>[]) FindConstructor(Type type)
    {
        var constructor = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public).FirstOrDefault()
            ?? throw new InvalidOperationException($"{type} has no public constructor.");
        var facets = constructor.GetParameters().Where(p => p.GetCustomAttributes().Any(a => a is IFacetMetadata)).ToArray();
        return (ActivatorUtilities.CreateFactory(type, [.. facets.Select(f => f.ParameterType)]), [.. facets.Select(Facet)]);
    }
}
