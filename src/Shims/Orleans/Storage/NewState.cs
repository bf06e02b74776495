using System.Runtime.CompilerServices;

namespace Orleans.Storage;

/// <summary>State of a grain that stored none: by its parameterless constructor, or blank where it has none.</summary>
internal static class NewState
{
    public static T Of<T>() =>
        typeof(T).IsValueType || typeof(T).IsAbstract || typeof(T) == typeof(string) ? default!
        : typeof(T).GetConstructor([]) is not null ? Activator.CreateInstance<T>()
        : (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
}
