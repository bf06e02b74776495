namespace Silo.Storage;

/// <summary>What a grain finds where nothing is stored.</summary>
internal static class StateFactory<T>
{
    private static readonly bool HasConstructor = typeof(T).IsValueType || (!typeof(T).IsAbstract && typeof(T).GetConstructor(Type.EmptyTypes) is not null);

    public static T Create() => HasConstructor ? Activator.CreateInstance<T>() : default!;
}
