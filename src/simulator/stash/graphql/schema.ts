import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'graphql';

const schemas = new Map<number, GraphQLSchema>();

/**
 * The simulated part of Stash's schema, as in v0.`minor` (stash.md 5.4).
 * Fields and filters of Stash that are left out here are refused like unknown ones. Input types only contain what the
 * simulator implements: a filter without effect would let a test pass by luck.
 */
export function schemaOf(minor: number): GraphQLSchema {
  let schema = schemas.get(minor);
  if (!schema) {
    const since = (first: number, text: string): string => (minor >= first ? text : '');
    const until = (last: number, text: string): string => (minor <= last ? text : '');
    const sdl = [SCALARS, CRITERIA, queries(since), objects(since, until), filters(since)].join('\n');
    schema = buildSchema(sdl);
    schemas.set(minor, schema);
  }
  return schema;
}

type Since = (first: number, text: string) => string;
type Until = (last: number, text: string) => string;

const DEPRECATED = '@deprecated(reason: "Use urls")';

const SCALARS = `
  scalar Time
  scalar Int64
  scalar Map
  enum SystemStatusEnum { SETUP NEEDS_MIGRATION OK }
  enum GenderEnum { MALE FEMALE TRANSGENDER_MALE TRANSGENDER_FEMALE INTERSEX NON_BINARY }
  enum SortDirectionEnum { ASC DESC }
  enum CriterionModifier {
    EQUALS NOT_EQUALS GREATER_THAN LESS_THAN IS_NULL NOT_NULL INCLUDES_ALL INCLUDES EXCLUDES
    MATCHES_REGEX NOT_MATCHES_REGEX BETWEEN NOT_BETWEEN
  }`;

const CRITERIA = `
  input FindFilterType { q: String page: Int per_page: Int sort: String direction: SortDirectionEnum }
  input StringCriterionInput { value: String! modifier: CriterionModifier! }
  input IntCriterionInput { value: Int! value2: Int modifier: CriterionModifier! }
  input TimestampCriterionInput { value: String! value2: String modifier: CriterionModifier! }
  input MultiCriterionInput { value: [ID!] modifier: CriterionModifier! excludes: [ID!] }
  input HierarchicalMultiCriterionInput { value: [ID!] modifier: CriterionModifier! depth: Int excludes: [ID!] }`;

function queries(since: Since): string {
  return `
  type Query {
    version: Version!
    systemStatus: SystemStatus!
    configuration: ConfigResult!
    findScene(id: ID, checksum: String): Scene
    findScenes(
      scene_filter: SceneFilterType
      scene_ids: [Int!] ${since(25, '@deprecated(reason: "use ids")')}
      ${since(25, 'ids: [ID!]')}
      filter: FindFilterType
    ): FindScenesResultType!
    findTags(tag_filter: TagFilterType, filter: FindFilterType): FindTagsResultType!
    findPerformers(performer_filter: PerformerFilterType, filter: FindFilterType): FindPerformersResultType!
    findStudios(studio_filter: StudioFilterType, filter: FindFilterType): FindStudiosResultType!
    ${since(27, 'findGroups(group_filter: GroupFilterType, filter: FindFilterType): FindGroupsResultType!')}
  }
  type Version { version: String hash: String! build_time: String! }
  type SystemStatus { databaseSchema: Int databasePath: String configPath: String appSchema: Int! status: SystemStatusEnum! }
  type ConfigResult { general: ConfigGeneralResult! plugins(include: [ID!]): Map! }
  type ConfigGeneralResult { apiKey: String! username: String! }
  type FindScenesResultType { count: Int! duration: Float! filesize: Float! scenes: [Scene!]! }
  type FindTagsResultType { count: Int! tags: [Tag!]! }
  type FindPerformersResultType { count: Int! performers: [Performer!]! }
  type FindStudiosResultType { count: Int! studios: [Studio!]! }
  ${since(27, 'type FindGroupsResultType { count: Int! groups: [Group!]! }')}`;
}

function objects(since: Since, until: Until): string {
  const times = 'created_at: Time! updated_at: Time!';
  const custom = since(31, 'custom_fields: Map!');
  return `
  type Scene {
    id: ID! title: String code: String details: String director: String url: String ${DEPRECATED} urls: [String!]!
    date: String rating100: Int organized: Boolean! o_counter: Int interactive: Boolean! ${times}
    last_played_at: Time resume_time: Float play_duration: Float play_count: Int
    ${since(25, 'play_history: [Time!]! o_history: [Time!]!')}
    files: [VideoFile!]! paths: ScenePathsType! studio: Studio
    ${since(27, 'groups: [SceneGroup!]!')}
    movies: [SceneMovie!]! ${since(27, '@deprecated(reason: "Use groups")')}
    tags: [Tag!]! performers: [Performer!]! stash_ids: [StashID!]! ${custom}
  }
  type VideoFile {
    id: ID! path: String! basename: String! mod_time: Time! size: Int64! fingerprint(type: String!): String
    fingerprints: [Fingerprint!]! format: String! width: Int! height: Int! duration: Float! video_codec: String!
    audio_codec: String! frame_rate: Float! bit_rate: Int! ${times}
  }
  type Fingerprint { type: String! value: String! }
  type ScenePathsType { screenshot: String preview: String stream: String }
  type StashID { endpoint: String! stash_id: String! ${since(28, 'updated_at: Time!')} }
  type Studio {
    id: ID! name: String! url: String ${since(30, `${DEPRECATED} urls: [String!]!`)} parent_studio: Studio
    child_studios: [Studio!]! aliases: [String!]! image_path: String details: String ${times} ${custom}
  }
  type Performer {
    id: ID! name: String! disambiguation: String url: String ${since(27, `${DEPRECATED} urls: [String!]`)}
    gender: GenderEnum birthdate: String alias_list: [String!]! favorite: Boolean! image_path: String details: String
    ${until(30, 'career_length: String')} ${since(31, 'career_start: String career_end: String')}
    ${since(28, 'custom_fields: Map!')} ${times}
  }
  type Tag {
    id: ID! name: String! description: String aliases: [String!]! favorite: Boolean! image_path: String
    parents: [Tag!]! children: [Tag!]! ${times} ${custom}
  }
  ${since(27, `type Group { id: ID! name: String! date: String director: String synopsis: String ${times} ${custom} }`)}
  ${since(27, 'type SceneGroup { group: Group! scene_index: Int }')}
  type Movie { id: ID! name: String! date: String director: String synopsis: String ${times} }
  type SceneMovie { movie: Movie! scene_index: Int }`;
}

function filters(since: Since): string {
  const related = (name: string): string => `
  input ${name} {
    AND: ${name} OR: ${name} NOT: ${name} name: StringCriterionInput
    created_at: TimestampCriterionInput updated_at: TimestampCriterionInput
  }`;
  return `
  input SceneFilterType {
    AND: SceneFilterType OR: SceneFilterType NOT: SceneFilterType
    id: IntCriterionInput title: StringCriterionInput details: StringCriterionInput code: StringCriterionInput
    path: StringCriterionInput oshash: StringCriterionInput file_count: IntCriterionInput
    rating100: IntCriterionInput organized: Boolean
    tags: HierarchicalMultiCriterionInput performers: MultiCriterionInput studios: HierarchicalMultiCriterionInput
    ${since(27, 'groups: HierarchicalMultiCriterionInput')}
    created_at: TimestampCriterionInput updated_at: TimestampCriterionInput
    ${since(27, 'performers_filter: PerformerFilterType studios_filter: StudioFilterType')}
    ${since(27, 'tags_filter: TagFilterType groups_filter: GroupFilterType')}
    ${since(30, 'files_filter: FileFilterType')}
  }
  ${['TagFilterType', 'PerformerFilterType', 'StudioFilterType'].map(related).join('')}
  ${since(27, related('GroupFilterType'))}
  ${since(
    30,
    `input FileFilterType {
      AND: FileFilterType OR: FileFilterType NOT: FileFilterType
      path: StringCriterionInput basename: StringCriterionInput dir: StringCriterionInput
      mod_time: TimestampCriterionInput created_at: TimestampCriterionInput updated_at: TimestampCriterionInput
    }`,
  )}`;
}
