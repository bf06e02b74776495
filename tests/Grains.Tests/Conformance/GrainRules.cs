using System.Reflection;
using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace Grains.Tests.Conformance;

/// <summary>
/// What Orleans' analyzers and code generator would say of an assembly. With the shim neither runs, so code that real Orleans
/// refuses would be found out only where real packages are built.
/// </summary>
internal static class GrainRules
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Every violation in the assembly, as "where: what".</summary>
    public static IReadOnlyList<string> Violations(Assembly assembly) => Violations(assembly.GetTypes());

    public static IReadOnlyList<string> Violations(IEnumerable<Type> types)
    {
        var all = types.Where(t => !t.Name.StartsWith('<')).ToList();
        return
        [
            .. all.Where(IsGrainInterface).SelectMany(OfInterface),
            .. all.Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IGrainBase).IsAssignableFrom(t)).SelectMany(OfGrainClass),
            .. all.Where(t => t.IsDefined(typeof(GenerateSerializerAttribute), false)).SelectMany(OfMessage),
            .. SameAliases(all),
        ];
    }

    /// <summary>Exceptions that would arrive from another silo as CodecNotFoundException.</summary>
    public static IReadOnlyList<string> UnmarkedExceptions(IEnumerable<Type> types) =>
    [
        .. types.Where(t => typeof(Exception).IsAssignableFrom(t) && !t.IsDefined(typeof(GenerateSerializerAttribute), false))
            .Select(t => $"{t.FullName}: an exception without [GenerateSerializer] does not arrive from another silo"),
    ];

    private static bool IsGrainInterface(Type type) => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type);

    private static IEnumerable<string> OfInterface(Type type)
    {
        foreach (var property in type.GetProperties(Declared).Where(p => p.GetMethod?.IsStatic != true))
        {
            yield return $"{type.FullName}.{property.Name}: a grain interface has no properties";
        }

        foreach (var added in type.GetEvents(Declared))
        {
            yield return $"{type.FullName}.{added.Name}: a grain interface has no events";
        }

        foreach (var method in type.GetMethods(Declared).Where(m => !m.IsStatic && !m.IsSpecialName))
        {
            var where = $"{type.FullName}.{method.Name}";
            if (ResultOf(method.ReturnType, typeof(IGrainObserver).IsAssignableFrom(type)) is not { } result)
            {
                yield return $"{where}: a grain method returns Task or ValueTask, not {method.ReturnType}";
                continue;
            }

            foreach (var parameter in method.GetParameters())
            {
                if (parameter.ParameterType.IsByRef)
                {
                    yield return $"{where}({parameter.Name}): a grain method has no ref, in or out parameters";
                }
                else if (!Serializable.Is(parameter.ParameterType))
                {
                    yield return $"{where}({parameter.Name}): {parameter.ParameterType} has no serializer";
                }
            }

            if (!Serializable.Is(result))
            {
                yield return $"{where}: {result} has no serializer";
            }
        }
    }

    /// <summary>The type of the result; typeof(int) stands for none, and null for a type that no grain method may return.</summary>
    private static Type? ResultOf(Type type, bool isObserver) =>
        type == typeof(Task) || type == typeof(ValueTask) || (isObserver && type == typeof(void)) ? typeof(int)
        : type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)
            || type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)) ? type.GetGenericArguments()[0]
        : null;

    private static IEnumerable<string> OfGrainClass(Type type)
    {
        Type[] onInterfacesOnly = [typeof(AlwaysInterleaveAttribute), typeof(ReadOnlyAttribute), typeof(OneWayAttribute), typeof(ResponseTimeoutAttribute)];
        foreach (var method in type.GetMethods(Declared))
        {
            foreach (var attribute in onInterfacesOnly.Where(a => method.IsDefined(a, false)))
            {
                yield return $"{type.FullName}.{method.Name}: [{attribute.Name[..^"Attribute".Length]}] has an effect on the interface only";
            }
        }

        if (type.GetConstructors().Length != 1)
        {
            yield return $"{type.FullName}: a grain class has one public constructor";
        }

        if (type.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType == typeof(MayInterleaveAttribute)) is { } may
            && (string)may.ConstructorArguments[0].Value! is var name
            && type.GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, [typeof(IInvokable)])?.ReturnType != typeof(bool))
        {
            yield return $"{type.FullName}: there is no static bool {name}(IInvokable) for [MayInterleave]";
        }
    }

    private static IEnumerable<string> OfMessage(Type type)
    {
        if (type.IsEnum)
        {
            yield break;
        }

        var members = type.GetMembers(Declared).Where(m => m is FieldInfo or PropertyInfo && m.IsDefined(typeof(IdAttribute), false)).ToList();
        foreach (var same in members.GroupBy(NumberOf).Where(g => g.Count() > 1))
        {
            yield return $"{type.FullName}: {string.Join(" and ", same.Select(m => m.Name))} are both [Id({same.Key})]";
        }

        foreach (var member in members)
        {
            var memberType = member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;
            if (!Serializable.Is(memberType))
            {
                yield return $"{type.FullName}.{member.Name}: {memberType} has no serializer";
            }

            if (member is PropertyInfo { SetMethod: null } property && type.GetField($"<{property.Name}>k__BackingField", Declared) is null)
            {
                yield return $"{type.FullName}.{member.Name}: [Id] on a computed property";
            }
        }

        if (type.BaseType is { } parent && parent.Assembly == type.Assembly && !parent.IsDefined(typeof(GenerateSerializerAttribute), false)
            && parent.GetMembers(Declared).Any(m => m.IsDefined(typeof(IdAttribute), false)))
        {
            yield return $"{type.FullName}: its base {parent.Name} has [Id]s and no [GenerateSerializer], so they stay behind";
        }
    }

    private static uint NumberOf(MemberInfo member) => (uint)member.GetCustomAttributesData().First(a => a.AttributeType == typeof(IdAttribute)).ConstructorArguments[0].Value!;

    private static IEnumerable<string> SameAliases(IEnumerable<Type> types) =>
        from type in types
        let alias = type.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType == typeof(AliasAttribute))?.ConstructorArguments[0].Value as string
        where alias is not null
        group type by alias into same
        where same.Count() > 1
        select $"{string.Join(" and ", same.Select(t => t.FullName))} have the same alias \"{same.Key}\"";
}
