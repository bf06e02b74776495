using Gateway.Contracts;

namespace Gateway.OpenApi;

/// <summary>A header or query parameter that a handler reads by itself.</summary>
internal sealed record ParameterNote(string Name, bool IsHeader, string Description);

/// <summary>Says what a handler takes and answers, where its signature does not.</summary>
internal static class Describe
{
    private static readonly Dictionary<string, string> s_query = new(StringComparer.Ordinal)
    {
        ["tenant"] = "Only this tenant's; operators see all by default, others their own.",
        ["phase"] = "Only jobs in this phase.",
        ["user"] = "Only jobs that this user submitted.",
        ["name"] = "Only jobs of this name.",
        ["pool"] = "Only jobs of this pool.",
        ["ended"] = "true: only ended jobs; false: only live ones.",
        ["parent"] = "Only the parts of this array, service or elastic job; none: only jobs that are no part of another.",
        ["after"] = "Only events after this sequence; Last-Event-ID wins.",
        ["maxpagesize"] = "At most this many, 1–1000; 100 by default.",
        ["continuationToken"] = "From nextLink: the page after. Opaque.",
    };

    public static RouteHandlerBuilder TakesBody<T>(this RouteHandlerBuilder route, bool optional = false) where T : notnull =>
        route.WithMetadata(new BodyNote(typeof(T), optional));

    public static RouteHandlerBuilder TakesHeader(this RouteHandlerBuilder route, string name, string description) =>
        route.WithMetadata(new ParameterNote(name, IsHeader: true, description));

    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder route, params string[] names)
    {
        foreach (var name in names)
            route.WithMetadata(new ParameterNote(name, IsHeader: false, s_query[name]));
        return route;
    }

    /// <summary>Which problems it may answer, besides 401 and 500 that every one may.</summary>
    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (var status in statuses.Append(401).Append(500).Order())
            route.Produces<Problem>(status, Http.ApiProblem.ContentType);
        return route;
    }
}

/// <summary>The type of a body that a handler reads by itself.</summary>
internal sealed record BodyNote(Type Type, bool Optional);
