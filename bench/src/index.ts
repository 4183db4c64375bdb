export { QUESTIONS, questionNamed } from './questions.ts'
